// SPDX-License-Identifier: Apache-2.0
// Events about pods, as Kubernetes words and counts them. Thread-safety: as Store.
#pragma once

#include <string_view>

#include "base/result.h"
#include "node/node.h"

namespace podsysctl::node {

[[nodiscard]] Result<> note(const Node& node, const store::PodRecord& pod, std::string_view reason,
                            std::string_view message);
[[nodiscard]] Result<> warn(const Node& node, const store::PodRecord& pod, std::string_view reason,
                            std::string_view message);

// The object that a pod's events are about. That of a static pod is the same for every attempt to
// run its manifest, as in Kubernetes, so that its events add up; its record has another uid each
// time.
[[nodiscard]] store::ObjectReference object_of(const store::PodRecord& pod);

}  // namespace podsysctl::node
