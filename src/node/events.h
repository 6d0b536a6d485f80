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

}  // namespace podsysctl::node
