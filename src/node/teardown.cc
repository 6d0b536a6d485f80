// SPDX-License-Identifier: Apache-2.0
#include "node/teardown.h"

#include "base/fault_point.h"
#include "linux/file.h"
#include "node/containers.h"

namespace podsysctl::node {
namespace {

using store::ContainerRecord;
using store::ContainerState;
using store::PodRecord;
using store::Stage;

// With no time for a kind end, removing them kills.
Result<> end_kindly(const EngineNode& node, const std::vector<ContainerRecord>& containers,
                    const engine::SandboxState& sandbox, std::chrono::milliseconds grace) {
  std::vector<engine::StopRequest> requests;
  for (const ContainerRecord& container : containers) {
    if (container.state == ContainerState::running && grace.count() > 0) {
      requests.push_back(stop_request_of(node, container, sandbox));
    }
  }
  return node.engine.stop_containers(requests, grace);
}

Result<> end_containers(const EngineNode& node, const PodRecord& pod,
                        std::chrono::milliseconds grace) {
  const engine::SandboxState sandbox = sandbox_of(pod);
  PSYS_TRY_ASSIGN(const auto containers, node.store.containers(pod.uid));
  PSYS_TRY(end_kindly(node, containers, sandbox, grace));
  for (const ContainerRecord& container : containers) {
    PSYS_TRY(note_exit(node, container, sandbox, AfterEnd::certain));
    PSYS_TRY(node.engine.remove_container(ref_of(node, container, sandbox)));
  }
  return {};
}

// A pod of which there is the record alone has nothing in the engine, which may be out of reach.
Result<> take_down(const Node& node, const PodRecord& pod, std::chrono::milliseconds grace) {
  if (pod.stage == Stage::recorded) {
    return {};
  }
  PSYS_TRY_ASSIGN(const EngineNode with_engine, with_engine_of(node, pod));
  PSYS_TRY(node.store.set_stage(pod.uid, Stage::stopping));
  fault_point("stopping");
  PSYS_TRY(end_containers(with_engine, pod, grace));
  fault_point("containers-removed");
  PSYS_TRY(with_engine.engine.remove_sandbox(sandbox_of(pod)));
  fault_point("sandbox-removed");
  return {};
}

}  // namespace

Result<> stop_pod(const Node& node, const std::string& uid, const std::optional<Ending>& ending,
                  std::chrono::milliseconds grace) {
  PSYS_TRY_ASSIGN(const PodRecord pod, node.store.pod(uid));
  if (pod.stage < Stage::stopped) {
    PSYS_TRY(take_down(node, pod, grace));
  }
  PSYS_TRY(node.store.modify_pod(uid, [&](PodRecord& record) -> Result<> {
    record.stage = Stage::stopped;
    record.sandbox_process = {};
    record.network_state.clear();
    if (!record.finished) {
      record.finished = node.clock.now();
    }
    if (ending) {
      record.phase = ending->phase;
      record.reason = ending->reason;
      record.message = ending->message;
    }
    return {};
  }));
  return {};
}

Result<> forget_pod(const Node& node, const std::string& uid) {
  PSYS_TRY_ASSIGN(const PodRecord pod, node.store.pod(uid));
  if (pod.stage < Stage::stopped) {
    return Error::of(Code::conflict,
                     "pod {} could not be taken down, so it stays recorded: the next podsysctl "
                     "command tries it again",
                     pod.name);
  }
  PSYS_TRY(node.store.set_stage(uid, Stage::removing));
  fault_point("removing");
  PSYS_TRY(linux::remove_tree(place_of(node, uid).folder));
  return node.store.delete_pod(uid);
}

}  // namespace podsysctl::node
