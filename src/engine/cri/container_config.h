// SPDX-License-Identifier: Apache-2.0
// What the runtime is told of a container. Errors: unsupported for what the interface cannot
// express, denied_by_policy for runAsNonRoot in Kubernetes' words, invalid_argument.
// Thread-safety: pure functions.
#pragma once

#include <vector>

#include "base/result.h"
#include "cri/container_types.h"
#include "engine/engine.h"
#include "engine/volumes.h"

namespace podsysctl::engine {

[[nodiscard]] Result<cri::ContainerConfig> container_config(const ContainerRequest& request,
                                                            const std::vector<BindMount>& binds);

}  // namespace podsysctl::engine
