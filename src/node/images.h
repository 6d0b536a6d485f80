// SPDX-License-Identifier: Apache-2.0
// The images of a pod's containers, found or fetched by its engine; warnings go to the reporter.
// Thread-safety: as Engine.
#pragma once

#include <optional>
#include <vector>

#include "base/result.h"
#include "node/containers.h"
#include "node/node.h"

namespace podsysctl::node {

// Containers of `spec`. `pull` wins over each container's imagePullPolicy. The result points into
// `containers`.
[[nodiscard]] Result<std::vector<PlannedContainer>> plan_containers(
    const EngineNode& node, const pod::PodSpec& spec, const std::vector<pod::Container>& containers,
    store::ContainerKind kind, const std::optional<image::Pull>& pull);

[[nodiscard]] Result<PlannedContainer> plan_container(const EngineNode& node,
                                                      const pod::PodSpec& spec,
                                                      const pod::Container& container,
                                                      store::ContainerKind kind,
                                                      const std::optional<image::Pull>& pull);

}  // namespace podsysctl::node
