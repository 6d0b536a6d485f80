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

Result<Application> put(const std::vector<Setting>& settings, sysctl::SysctlTree& tree,
                        const BeforeWriting& before) {
  PSYS_TRY_ASSIGN(sysctl::Plan plan, sysctl::make_plan(settings, tree));
  PSYS_TRY(before(plan));
  return sysctl::apply(plan, tree);
}

}  // namespace

Application enforce(const std::vector<Setting>& settings, const sysctl::Target& target,
                    sysctl::SysctlWriter& writer) {
  return settings.empty()
             ? Application()
             : enforce(settings, target, writer, [](sysctl::Plan&) -> Result<> { return {}; });
}

Application enforce(const std::vector<Setting>& settings, const sysctl::Target& target,
                    sysctl::SysctlWriter& writer, const BeforeWriting& before) {
  Result<Application> done;
  const Result<> visited =
      writer.visit(target, [&](sysctl::SysctlTree& tree) { done = put(settings, tree, before); });
  if (!visited) {
    return nothing_applied(settings, visited.error());
  }
  return done ? *std::move(done) : nothing_applied(settings, std::move(done).error());
}

Result<sysctl::Plan> preview(const std::vector<Setting>& settings, const sysctl::Target& target,
                             sysctl::SysctlWriter& writer) {
  Result<sysctl::Plan> plan;
  PSYS_TRY(writer.visit(
      target, [&](sysctl::SysctlTree& tree) { plan = sysctl::make_plan(settings, tree); }));
  return plan;
}

}  // namespace podsysctl::enforce
