// SPDX-License-Identifier: Apache-2.0
// Events about the node and its manifests, where no pod is on record. Thread-safety: as Store.
#pragma once

#include <string_view>

#include "base/result.h"
#include "node/node.h"

namespace podsysctl::service {

[[nodiscard]] Result<> note_of_node(const node::Node& node, store::EventType type,
                                    std::string_view reason, std::string_view message);

}  // namespace podsysctl::service
