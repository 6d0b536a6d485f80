// SPDX-License-Identifier: Apache-2.0
// The process of a container of Docker's on this machine, proven to be that container's: a daemon
// elsewhere names pids that mean something else here. Thread-safety: no shared state.
#pragma once

#include <string_view>

#include "base/result.h"
#include "docker/types.h"
#include "linux/process.h"

namespace podsysctl::engine {

// not_found if it has ended; unsupported if it is none of this machine. `address` is the daemon's,
// for the message.
[[nodiscard]] Result<linux::ProcessId> process_of(const docker::Container& container,
                                                  std::string_view address);

}  // namespace podsysctl::engine
