// SPDX-License-Identifier: Apache-2.0
// The end of a pod: from any stage, from any process, as often as it takes. Everything that exists
// is found through the record, which is written before anything is made.
// Thread-safety: as Store.
#pragma once

#include <chrono>
#include <optional>

#include "base/result.h"
#include "node/node.h"

namespace podsysctl::node {

struct Ending {
  store::PodPhase phase = store::PodPhase::failed;
  std::string reason;
  std::string message;
};

// Ends the containers (each with its signal, then SIGKILL after `grace`; at once where that is 0)
// and removes the sandbox; record, logs and events stay. `ending` sets the pod's last phase;
// without it, it is kept.
[[nodiscard]] Result<> stop_pod(const Node& node, const std::string& uid,
                                const std::optional<Ending>& ending,
                                std::chrono::milliseconds grace);

// The record and the folder of a pod that has been stopped; conflict for one that has not.
[[nodiscard]] Result<> forget_pod(const Node& node, const std::string& uid);

}  // namespace podsysctl::node
