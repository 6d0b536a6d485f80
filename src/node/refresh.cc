// SPDX-License-Identifier: Apache-2.0
#include "node/refresh.h"

#include <algorithm>

#include "node/containers.h"
#include "node/events.h"
#include "node/teardown.h"

namespace podsysctl::node {
namespace {

using store::ContainerRecord;
using store::ContainerState;
using store::PodPhase;
using store::PodRecord;
using store::Stage;

constexpr std::chrono::milliseconds kAtOnce{0};

bool is_attended(const PodRecord& pod) { return linux::is_alive(pod.owner); }

// What a killed command leaves: a pod half made, attended by nobody, or half removed.
bool is_abandoned(const PodRecord& pod) {
  if (is_attended(pod)) {
    return false;
  }
  const bool unfinished = pod.stage < Stage::started || pod.stage == Stage::stopping;
  const bool unattended =
      pod.stage == Stage::started && pod.attachment == store::Attachment::attached;
  return unfinished || unattended;
}

Result<> clean_up_abandoned(const Node& node, const PodRecord& pod) {
  const Ending ending{.reason = "Interrupted",
                      .message = "the podsysctl command that ran it was ended from outside"};
  const bool over = pod.phase == PodPhase::failed || pod.phase == PodPhase::succeeded;
  PSYS_TRY(stop_pod(node, pod.uid, over ? std::nullopt : std::optional(ending), kAtOnce));
  if (!over) {
    PSYS_TRY(warn(node, pod, ending.reason, ending.message));
  }
  return pod.after_exit == store::AfterExit::remove_pod ? forget_pod(node, pod.uid) : Result<>{};
}

Result<> refresh_or_clean(const Node& node, const PodRecord& pod) {
  if (pod.stage == Stage::removing && !is_attended(pod)) {
    return forget_pod(node, pod.uid);
  }
  if (is_abandoned(pod)) {
    return clean_up_abandoned(node, pod);
  }
  PSYS_TRY(refresh_pod(node, pod.uid));
  return {};
}

Result<std::vector<ContainerRecord>> look_at_containers(const EngineNode& node,
                                                        const PodRecord& pod) {
  const engine::SandboxState sandbox = sandbox_of(pod);
  PSYS_TRY_ASSIGN(std::vector<ContainerRecord> containers, node.store.containers(pod.uid));
  for (ContainerRecord& container : containers) {
    PSYS_TRY_ASSIGN(container, note_exit(node, container, sandbox, AfterEnd::unknown));
  }
  return containers;
}

}  // namespace

Derived derive_phase(const std::vector<ContainerRecord>& containers) {
  Derived derived{.phase = PodPhase::succeeded};
  for (const ContainerRecord& container : containers) {
    if (container.kind == store::ContainerKind::init) {
      continue;
    }
    if (container.state == ContainerState::running || container.state == ContainerState::created) {
      return {.phase = PodPhase::running, .reason = ""};
    }
    if (container.exit_code.value_or(1) != 0) {
      derived = {.phase = PodPhase::failed, .reason = container.reason};
    }
  }
  return derived;
}

Result<PodRecord> refresh_pod(const Node& node, const std::string& uid) {
  PSYS_TRY_ASSIGN(PodRecord pod, node.store.pod(uid));
  // Who attends a pod notes its end by itself; a pod of the node service waits for the service.
  const bool watched = pod.attachment == store::Attachment::service ||
                       (pod.attachment == store::Attachment::attached && is_attended(pod));
  if (pod.stage != Stage::started || watched) {
    return pod;
  }
  PSYS_TRY_ASSIGN(const EngineNode with_engine, with_engine_of(node, pod));
  PSYS_TRY_ASSIGN(const auto containers, look_at_containers(with_engine, pod));
  const Derived derived = derive_phase(containers);
  if (derived.phase == PodPhase::running) {
    return pod;
  }
  PSYS_TRY(stop_pod(node, uid, Ending{.phase = derived.phase, .reason = derived.reason}, kAtOnce));
  if (pod.after_exit == store::AfterExit::remove_pod) {
    PSYS_TRY(forget_pod(node, uid));
    return pod;
  }
  return node.store.pod(uid);
}

Result<> refresh_all(const Node& node) {
  PSYS_TRY_ASSIGN(const std::vector<PodRecord> pods, node.store.pods());
  for (const PodRecord& pod : pods) {
    if (const Result<> done = refresh_or_clean(node, pod);
        !done && done.error().code != Code::not_found) {
      node.reporter.warn(
          fmt::format("pod {}/{}: {}", pod.namespace_, pod.name, done.error().message));
    }
  }
  return {};
}

}  // namespace podsysctl::node
