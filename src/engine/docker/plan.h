// SPDX-License-Identifier: Apache-2.0
// What a pod becomes in Docker, decided without asking it: which containers, with which
// configuration. A pod is a pause container that holds the network and the ipc namespace, and
// containers that join both; `run IMAGE` is one container with its sysctls on it, as docker run
// makes it, unless something has to be written before it starts.
// Errors: those of users, volumes and profiles, naming the field. Thread-safety: pure functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "docker/types.h"
#include "engine/embedded/cgroup.h"
#include "engine/engine.h"
#include "engine/volumes.h"

namespace podsysctl::engine {

// What a sandbox that is its only container needs to remember until that is made; kept as text in
// SandboxState::network_record.
struct SingleContainer {
  std::string network_mode;  // as the API has it
  std::string ipc_mode;
  std::vector<std::pair<std::string, std::string>> sysctls;
};
[[nodiscard]] std::string to_record(const SingleContainer& single);
// Nothing for a sandbox with a pause container.
[[nodiscard]] Result<std::optional<SingleContainer>> single_container_of(std::string_view record);

// Unset: the sandbox needs a pause container.
[[nodiscard]] std::optional<SingleContainer> plan_single(const SandboxRequest& request);

// The pause container.
[[nodiscard]] docker::ContainerSpec plan_pause(const SandboxRequest& request,
                                               const std::string& image);

struct ContainerPlan {
  docker::ContainerSpec spec;
  std::vector<std::string> warnings;
};
// One of the pod's own; `single` where it is the sandbox, `pause` the id of the container it joins
// otherwise.
[[nodiscard]] Result<ContainerPlan> plan_container(const ContainerRequest& request,
                                                   const std::vector<BindMount>& binds,
                                                   const CgroupLayout& layout,
                                                   const std::optional<SingleContainer>& single,
                                                   const std::string& pause);

}  // namespace podsysctl::engine
