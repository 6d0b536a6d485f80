// SPDX-License-Identifier: Apache-2.0
// Which control groups a process is in (cgroups(7), /proc/PID/cgroup): container runtimes put a
// container's id into their path, whatever manages the groups. Thread-safety: no shared state.
#pragma once

#include <sys/types.h>

#include <string_view>

#include "base/result.h"

namespace podsysctl::linux {

// Whether one of them has `name` in its path; never for "". not_found where there is no process.
[[nodiscard]] Result<bool> has_group_of(pid_t pid, std::string_view name);

}  // namespace podsysctl::linux
