// SPDX-License-Identifier: Apache-2.0
// Attending a pod in the foreground: its output is passed on, containers are started again by the
// pod's restartPolicy (back-off 10 s, doubling to 5 min, as the kubelet), SIGINT, SIGTERM and
// SIGHUP end the pod. Thread-safety: one per process, because of the signals.
#pragma once

#include <vector>

#include "base/result.h"
#include "node/containers.h"
#include "node/launch.h"
#include "node/log_follower.h"
#include "node/node.h"

namespace podsysctl::node {

// Returns when no container runs any more: the exit code of the first that failed, else 0. The pod
// is stopped and its last phase on record.
[[nodiscard]] Result<int> attend(const EngineNode& node, const LaunchedPod& launched,
                                 const pod::PodSpec& spec,
                                 std::vector<store::ContainerRecord> containers,
                                 const Outputs& outputs);

}  // namespace podsysctl::node
