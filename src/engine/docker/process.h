// SPDX-License-Identifier: Apache-2.0
// The process of a container of Docker's on this machine, proven to be that container's: a daemon
// elsewhere names pids that mean something else here. Thread-safety: no shared state.
#pragma once

#include <string_view>
#include <vector>

#include "base/result.h"
#include "docker/types.h"
#include "engine/engine.h"
#include "linux/process.h"

namespace podsysctl::engine {

// not_found if it has ended; unsupported if it is none of this machine. `address` is the daemon's,
// for the message.
[[nodiscard]] Result<linux::ProcessId> process_of(const docker::Container& container,
                                                  std::string_view address);

// The namespaces that a pod has of its pause container; "host" where it has none of its own.
[[nodiscard]] std::vector<store::NamespaceRecord> pause_namespaces(const SandboxRequest& request,
                                                                   pid_t pause);

}  // namespace podsysctl::engine
