// SPDX-License-Identifier: Apache-2.0
// Records brought in line with what really runs: there is no daemon that watches, so every command
// looks first. Also takes away what killed commands left. Thread-safety: as Store.
#pragma once

#include "base/result.h"
#include "node/node.h"

namespace podsysctl::node {

// Notes ended containers of one pod and its phase; a pod whose work is done gives up its sandbox.
[[nodiscard]] Result<store::PodRecord> refresh_pod(const Node& node, const std::string& uid);

// The same for all pods. What a command that no longer exists was making, attending or removing is
// taken down; with --rm it is forgotten. A pod that cannot be cleaned is reported and left.
[[nodiscard]] Result<> refresh_all(const Node& node);

// Phase and reason of a pod from its regular containers, as Kubernetes derives them.
struct Derived {
  store::PodPhase phase = store::PodPhase::pending;
  std::string reason;
};
[[nodiscard]] Derived derive_phase(const std::vector<store::ContainerRecord>& containers);

}  // namespace podsysctl::node
