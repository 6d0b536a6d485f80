// SPDX-License-Identifier: Apache-2.0
#include "node/teardown.h"

#include <signal.h>

#include "base/fault_point.h"
#include "linux/file.h"
#include "node/containers.h"

namespace podsysctl::node {
namespace {

using store::ContainerRecord;
using store::ContainerState;
using store::PodRecord;
using store::Stage;

Result<> end_container(const Node& node, const PodRecord& pod, const ContainerRecord& container,
                       std::chrono::milliseconds grace) {
  const engine::SandboxState sandbox = sandbox_of(pod);
  const engine::ContainerRef ref = ref_of(node, container, sandbox);
  if (container.state == ContainerState::running && grace.count() > 0) {
    PSYS_TRY(node.engine.stop_container(ref, SIGTERM, grace));
  }
  PSYS_TRY(note_exit(node, container, sandbox, AfterEnd::certain));
  return node.engine.remove_container(ref);
}

}  // namespace

Result<> stop_pod(const Node& node, const std::string& uid, const std::optional<Ending>& ending,
                  std::chrono::milliseconds grace) {
  PSYS_TRY_ASSIGN(const PodRecord pod, node.store.pod(uid));
  if (pod.stage < Stage::stopped) {
    PSYS_TRY(node.store.set_stage(uid, Stage::stopping));
    fault_point("stopping");
    PSYS_TRY_ASSIGN(const auto containers, node.store.containers(uid));
    for (const ContainerRecord& container : containers) {
      PSYS_TRY(end_container(node, pod, container, grace));
    }
    fault_point("containers-removed");
    PSYS_TRY(node.engine.remove_sandbox(sandbox_of(pod)));
    fault_point("sandbox-removed");
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
  PSYS_TRY(node.store.set_stage(uid, Stage::removing));
  fault_point("removing");
  PSYS_TRY(linux::remove_tree(place_of(node, uid).folder));
  return node.store.delete_pod(uid);
}

}  // namespace podsysctl::node
