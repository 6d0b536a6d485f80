// SPDX-License-Identifier: Apache-2.0
// What a container of Docker's is to the agent. The pause container of a pod that Kubernetes runs
// by Docker (cri-dockerd, dockershim) is that pod's sandbox; any other container with a network of
// its own is a pod of one container, in the namespace "docker". What its user wants stands in
// annotations (API 1.43) or in labels. Thread-safety: pure function.
#pragma once

#include <optional>

#include "agent/sandbox.h"
#include "docker/types.h"

namespace podsysctl::agent {

inline constexpr std::string_view kDockerNamespace = "docker";

// Nothing for a container that is no sandbox: one that joined another's network, one of a pod, one
// that `podsysctl run` looks after.
[[nodiscard]] std::optional<Sandbox> sandbox_of(const docker::Container& container,
                                                const Source& source);

}  // namespace podsysctl::agent
