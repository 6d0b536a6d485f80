// SPDX-License-Identifier: Apache-2.0
#include <cstdio>

#include <fmt/core.h>

#include "cli/context.h"
#include "cli/pod_verbs.h"
#include "node/events.h"
#include "node/refresh.h"
#include "node/teardown.h"

namespace podsysctl::cli {
namespace {

using store::PodPhase;
using store::Stage;

// A pod that was stopped by a person has done what it was asked to, unless a container says else.
node::Ending ending_of(const std::vector<store::ContainerRecord>& containers) {
  const node::Derived derived = node::derive_phase(containers);
  return {.phase = derived.phase == PodPhase::succeeded ? PodPhase::succeeded : PodPhase::failed,
          .reason = derived.reason};
}

Result<> stop_one(const node::Node& node, const std::string& name,
                  std::optional<std::chrono::seconds> asked) {
  PSYS_TRY_ASSIGN(const store::FoundPod found, node.store.find_pod(name));
  const std::chrono::seconds grace = asked.value_or(found.pod.grace);
  if (found.pod.stage >= Stage::stopped) {
    return {};
  }
  PSYS_TRY(node::stop_pod(node, found.pod.uid, std::nullopt, grace));
  PSYS_TRY_ASSIGN(const auto containers, node.store.containers(found.pod.uid));
  PSYS_TRY(node::stop_pod(node, found.pod.uid, ending_of(containers), grace));
  PSYS_TRY(node::note(node, found.pod, "Killing", "stopped by podsysctl stop"));
  return found.pod.after_exit == store::AfterExit::remove_pod
             ? node::forget_pod(node, found.pod.uid)
             : Result<>{};
}

Result<> remove_found(const node::Node& node, const store::FoundPod& found, Force force) {
  PSYS_TRY_ASSIGN(const store::PodRecord pod, node::refresh_pod(node, found.pod.uid));
  if (pod.stage < Stage::stopped && force == Force::no &&
      (pod.phase == PodPhase::running || linux::is_alive(pod.owner))) {
    return Error::of(Code::conflict,
                     "pod {} is running: stop it first (podsysctl stop {}), or use rm -f", pod.name,
                     pod.name);
  }
  PSYS_TRY(node::stop_pod(node, pod.uid, std::nullopt, std::chrono::milliseconds(0)));
  return node::forget_pod(node, pod.uid);
}

Result<> remove_one(const node::Node& node, const std::string& name, Force force) {
  PSYS_TRY_ASSIGN(const store::FoundPod found, node.store.find_pod(name));
  Result<> removed = remove_found(node, found, force);
  // Meanwhile removed by another command, or by its own --rm: that is what was asked for.
  if (!removed && removed.error().code == Code::not_found && !node.store.pod(found.pod.uid)) {
    return {};
  }
  return removed;
}

// Goes on after a failure; prints the name of each pod that was done, as docker does.
template <class Action>
int for_each_pod(const std::vector<std::string>& pods, const std::string& root,
                 const Action& action) {
  const auto context = Context::open(root);
  if (!context) {
    fmt::print(stderr, "podsysctl: {}\n", context.error().message);
    return 1;
  }
  int status = 0;
  for (const std::string& pod : pods) {
    if (const Result<> done = action((*context)->node(), pod); done) {
      fmt::print("{}\n", pod);
    } else {
      fmt::print(stderr, "podsysctl: {}\n", done.error().message);
      status = 1;
    }
  }
  return status;
}

}  // namespace

int stop_pods(const std::vector<std::string>& pods, std::optional<std::chrono::seconds> grace,
              const std::string& root) {
  return for_each_pod(pods, root, [&](const node::Node& node, const std::string& pod) {
    return stop_one(node, pod, grace);
  });
}

int remove_pods(const std::vector<std::string>& pods, Force force, const std::string& root) {
  return for_each_pod(pods, root, [&](const node::Node& node, const std::string& pod) {
    return remove_one(node, pod, force);
  });
}

}  // namespace podsysctl::cli
