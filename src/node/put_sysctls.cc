// SPDX-License-Identifier: Apache-2.0
#include "node/put_sysctls.h"

#include <algorithm>

#include "base/fault_point.h"
#include "enforce/enforce.h"
#include "enforce/handover.h"
#include "live/managed.h"
#include "live/summary.h"
#include "node/events.h"
#include "node/kernel_answers.h"

namespace podsysctl::node {
namespace {

using store::SettingRecord;
using sysctl::AppliedSetting;
using sysctl::ApplyState;

std::vector<SettingRecord> records_of(const sysctl::Application& application) {
  std::vector<SettingRecord> records;
  records.reserve(application.settings.size());
  for (const AppliedSetting& applied : application.settings) {
    records.push_back(live::record_of(applied));
  }
  return records;
}

// What the runtime wrote for us is found in force: it was applied all the same, over the value that
// a fresh namespace starts with, as far as the probe has it on record.
void credit_runtime(const EngineNode& node, const std::vector<sysctl::Setting>& settings,
                    sysctl::Application& application) {
  if (!node.engine.hands_over_settings()) {
    return;
  }
  const std::optional<sysctl::ProbeReport> probed = kernel_answers(node, settings);
  const std::vector<sysctl::Setting> handed = enforce::for_runtime(settings);
  for (AppliedSetting& applied : application.settings) {
    const bool by_runtime = std::ranges::any_of(
        handed, [&](const sysctl::Setting& setting) { return setting.key == applied.setting.key; });
    if (!by_runtime || applied.state != ApplyState::unchanged) {
      continue;
    }
    const sysctl::ProbedKey* fresh = probed ? find(*probed, applied.setting.key) : nullptr;
    applied.state = ApplyState::applied;
    applied.previous = fresh != nullptr ? fresh->default_value : "";
  }
}

}  // namespace

Result<> put_sysctls(const EngineNode& node, const store::PodRecord& pod,
                     const std::vector<sysctl::Setting>& settings) {
  if (settings.empty()) {
    return {};
  }
  PSYS_TRY(node.store.set_stage(pod.uid, store::Stage::sysctls));
  PSYS_TRY_ASSIGN(const sysctl::Target target, node.engine.target(sandbox_of(pod)));
  return put_sysctls(node, pod, settings, target);
}

Result<> put_sysctls(const EngineNode& node, const store::PodRecord& pod,
                     const std::vector<sysctl::Setting>& settings, const sysctl::Target& target) {
  if (settings.empty()) {
    return {};
  }
  PSYS_TRY_ASSIGN(auto writer, sysctl::SysctlWriter::open_on_this_thread());
  sysctl::Application application = enforce::enforce(settings, target, writer);
  credit_runtime(node, settings, application);
  fault_point("sysctls-written");
  PSYS_TRY(node.store.put_settings(pod.uid, records_of(application)));
  if (application.failure) {
    return std::unexpected(*application.failure);
  }
  return note(node, pod, "SysctlsApplied", live::summary_of(application));
}

Result<> put_unseen(const EngineNode& node, const store::PodRecord& pod,
                    const std::vector<sysctl::Setting>& settings) {
  if (settings.empty()) {
    return {};
  }
  sysctl::Application application;
  for (const sysctl::Setting& setting : settings) {
    application.settings.push_back({setting, "", "", ApplyState::applied});
  }
  PSYS_TRY(node.store.put_settings(pod.uid, records_of(application)));
  return note(
      node, pod, "SysctlsApplied",
      fmt::format("{} kernel parameters set by {}; the container ended before they could be "
                  "read back",
                  settings.size(), node.engine.name()));
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
