// SPDX-License-Identifier: Apache-2.0
#include "enforce/enforce.h"

#include "sysctl/plan.h"

namespace podsysctl::enforce {
namespace {

using sysctl::Application;
using sysctl::Setting;

Application nothing_applied(const std::vector<Setting>& settings, Error error) {
  Application application;
  for (const Setting& setting : settings) {
    application.settings.push_back({setting, "", "", sysctl::ApplyState::refused});
  }
  application.failure = std::move(error);
  return application;
}

}  // namespace

Application enforce(const std::vector<Setting>& settings, const sysctl::Target& target,
                    sysctl::SysctlWriter& writer) {
  if (settings.empty()) {
    return {};
  }
  Application application;
  const Result<> visited = writer.visit(target, [&](sysctl::SysctlTree& tree) {
    Result<sysctl::Plan> plan = sysctl::make_plan(settings, tree);
    application = plan ? sysctl::apply(*plan, tree) : nothing_applied(settings, plan.error());
  });
  return visited ? application : nothing_applied(settings, visited.error());
}

Result<sysctl::Plan> preview(const std::vector<Setting>& settings, const sysctl::Target& target,
                             sysctl::SysctlWriter& writer) {
  Result<sysctl::Plan> plan;
  PSYS_TRY(writer.visit(
      target, [&](sysctl::SysctlTree& tree) { plan = sysctl::make_plan(settings, tree); }));
  return plan;
}

}  // namespace podsysctl::enforce
