// SPDX-License-Identifier: Apache-2.0
// A process number from a container runtime, proven to be that container's on this machine: the
// runtime may be on another one, or in another pid namespace, and then tells the number of some
// other process. Thread-safety: reads /proc.
#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"
#include "live/pid_finder.h"

namespace podsysctl::cli {

// By its control group, which every runtime names after the container's `id`, whatever manages the
// groups. unsupported where it is another one's.
[[nodiscard]] Result<live::RuntimeProcess> proven_process(std::int64_t pid, const std::string& id,
                                                          std::string description);

}  // namespace podsysctl::cli
