// SPDX-License-Identifier: Apache-2.0
#include "node/restart.h"

#include "base/fault_point.h"
#include "node/events.h"

namespace podsysctl::node {
namespace {

using store::ContainerRecord;

Result<> as_new(ContainerRecord& record) {
  record.state = store::ContainerState::created;
  record.process = {};
  record.monitor = {};
  record.exit_code.reset();
  record.finished.reset();
  record.reason.clear();
  record.message.clear();
  record.runtime_id.clear();
  ++record.restart_count;
  return {};
}

// Removed before it is made anew: a killed restart is found as `created`, and done again.
Result<ContainerRecord> clear_away(const EngineNode& node, const store::PodRecord& pod,
                                   const ContainerRecord& ended) {
  const engine::SandboxState sandbox = sandbox_of(pod);
  PSYS_TRY(node.engine.remove_container(ref_of(node, ended, sandbox)));
  PSYS_TRY_ASSIGN(ContainerRecord record, node.store.modify_container(ended.id, as_new));
  fault_point("restarting");
  return record;
}

}  // namespace

std::expected<ContainerRecord, engine::StartFailure> restart_container(
    const EngineNode& node, const store::PodRecord& pod, const pod::PodSpec& spec,
    const PlannedContainer& planned, const ContainerRecord& ended) {
  const Result<ContainerRecord> record = clear_away(node, pod, ended);
  if (!record) {
    return std::unexpected(engine::StartFailure{record.error()});
  }
  return start_recorded(node, pod, spec, planned, *record);
}

Result<> warn_of_back_off(const Node& node, const store::PodRecord& pod,
                          const ContainerRecord& ended) {
  return warn(node, pod, "BackOff",
              fmt::format("Back-off restarting container {}, which ended with exit code {}",
                          ended.name, ended.exit_code.value_or(-1)));
}

}  // namespace podsysctl::node
