// SPDX-License-Identifier: Apache-2.0
// Init containers: one after another, each to completion. Thread-safety: as Store.
#pragma once

#include <vector>

#include "base/result.h"
#include "node/containers.h"
#include "node/node.h"

namespace podsysctl::node {

// The first that fails is the error, with its exit code and the end of its log.
[[nodiscard]] Result<> run_init_containers(const EngineNode& node, const store::PodRecord& pod,
                                           const pod::PodSpec& spec,
                                           const std::vector<PlannedContainer>& planned);

}  // namespace podsysctl::node
