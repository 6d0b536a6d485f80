// SPDX-License-Identifier: Apache-2.0
// The end of Docker's containers: each its own signal, side by side. Errors: those of the daemon.
// Thread-safety: one thread.
#pragma once

#include <chrono>
#include <vector>

#include "base/result.h"
#include "docker/daemon.h"
#include "engine/engine.h"

namespace podsysctl::engine {

// From a process's end, or SIGKILL, to the daemon's noting it.
inline constexpr std::chrono::milliseconds kEndLimit{10'000};

// To each its signal, then SIGKILL after `grace`; one that is gone has ended.
[[nodiscard]] Result<> end_containers(docker::Daemon& daemon,
                                      const std::vector<StopRequest>& requests,
                                      std::chrono::milliseconds grace);

}  // namespace podsysctl::engine
