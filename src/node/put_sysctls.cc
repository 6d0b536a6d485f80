// SPDX-License-Identifier: Apache-2.0
#include "node/put_sysctls.h"

#include "base/fault_point.h"
#include "base/strings.h"
#include "enforce/enforce.h"
#include "node/events.h"

namespace podsysctl::node {
namespace {

using store::SettingRecord;
using store::SettingState;
using sysctl::AppliedSetting;
using sysctl::ApplyState;

SettingState state_of(ApplyState state) {
  switch (state) {
    case ApplyState::applied:
      return SettingState::applied;
    case ApplyState::unchanged:
      return SettingState::unchanged;
    case ApplyState::rolled_back:
      return SettingState::rolled_back;
    case ApplyState::refused:
      break;
  }
  return SettingState::refused;
}

std::vector<SettingRecord> records_of(const sysctl::Application& application) {
  std::vector<SettingRecord> records;
  for (const AppliedSetting& applied : application.settings) {
    SettingRecord record{.name = applied.setting.key.name(),
                         .requested = applied.setting.value,
                         .origin = describe(applied.setting.origin),
                         .state = state_of(applied.state)};
    if (!applied.previous.empty()) {
      record.previous = applied.previous;
    }
    if (!applied.effective.empty()) {
      record.effective = applied.effective;
    }
    records.push_back(std::move(record));
  }
  return records;
}

std::string summary_of(const sysctl::Application& application) {
  std::vector<std::string> parts;
  parts.reserve(application.settings.size());
  for (const AppliedSetting& applied : application.settings) {
    parts.push_back(
        applied.state == ApplyState::unchanged
            ? fmt::format("{} = {} (already)", applied.setting.key.name(), applied.effective)
            : fmt::format("{} = {} (was {})", applied.setting.key.name(), applied.effective,
                          applied.previous.empty() ? "empty" : applied.previous));
  }
  return join(parts, ", ");
}

}  // namespace

Result<> put_sysctls(const Node& node, const store::PodRecord& pod,
                     const std::vector<sysctl::Setting>& settings) {
  if (settings.empty()) {
    return {};
  }
  PSYS_TRY(node.store.set_stage(pod.uid, store::Stage::sysctls));
  PSYS_TRY_ASSIGN(const sysctl::Target target, node.engine.target(sandbox_of(pod)));
  PSYS_TRY_ASSIGN(auto writer, sysctl::SysctlWriter::open());
  const sysctl::Application application = enforce::enforce(settings, target, writer);
  fault_point("sysctls-written");
  PSYS_TRY(node.store.put_settings(pod.uid, records_of(application)));
  if (application.failure) {
    return std::unexpected(*application.failure);
  }
  return note(node, pod, "SysctlsApplied", summary_of(application));
}

Result<> put_refused(const Node& node, const store::PodRecord& pod,
                     const std::vector<sysctl::Setting>& settings) {
  sysctl::Application application;
  for (const sysctl::Setting& setting : settings) {
    application.settings.push_back({setting, "", "", ApplyState::refused});
  }
  return node.store.put_settings(pod.uid, records_of(application));
}

}  // namespace podsysctl::node
