// SPDX-License-Identifier: Apache-2.0
// Starting an ended container again: the same record once more, with a fresh writable layer.
// Thread-safety: as Store.
#pragma once

#include <expected>

#include "node/containers.h"
#include "node/node.h"

namespace podsysctl::node {

[[nodiscard]] std::expected<store::ContainerRecord, engine::StartFailure> restart_container(
    const EngineNode& node, const store::PodRecord& pod, const pod::PodSpec& spec,
    const PlannedContainer& planned, const store::ContainerRecord& ended);

// The event for one that will be started again later.
[[nodiscard]] Result<> warn_of_back_off(const Node& node, const store::PodRecord& pod,
                                        const store::ContainerRecord& ended);

}  // namespace podsysctl::node
