// SPDX-License-Identifier: Apache-2.0
// What a pod of the engine cri has on this host beside the runtime's own: volumes and /etc/hosts,
// which the kubelet makes for the runtime as well. Volumes in memory and binds of subPaths are
// mounts below the run folder, where the runtime sees them. Thread-safety: no shared state.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "engine/engine.h"
#include "engine/volumes.h"

namespace podsysctl::engine {

// `addresses` are the sandbox's; none with the host's network.
[[nodiscard]] Result<> write_hosts_file(const SandboxRequest& request,
                                        const std::vector<std::string>& addresses);

// The container's volumes and files, made and ready to be bound. `run_folder` is the sandbox's.
[[nodiscard]] Result<std::vector<BindMount>> prepare_mounts(const ContainerRequest& request,
                                                            const std::string& run_folder);

}  // namespace podsysctl::engine
