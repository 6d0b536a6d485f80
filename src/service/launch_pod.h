// SPDX-License-Identifier: Apache-2.0
// A static pod's launch from its file, and what a failed one leads to: never again, again when the
// policy changes, or again after a while. Thread-safety: as Store.
#pragma once

#include "base/result.h"
#include "node/node.h"
#include "service/sync.h"

namespace podsysctl::service {

// There is no record of the pod. An error means that nothing could be found out; a failed launch is
// none: it is on record and in the events.
[[nodiscard]] Result<> launch_pod(const node::Node& node, const Making& making, const Task& task,
                                  Metrics& metrics, Outcome& outcome);

}  // namespace podsysctl::service
