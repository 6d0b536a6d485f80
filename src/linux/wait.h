// SPDX-License-Identifier: Apache-2.0
// Waiting for the first of several processes to end.
#pragma once

#include <chrono>
#include <vector>

#include "base/result.h"
#include "linux/fd.h"
#include "linux/process.h"

namespace podsysctl::linux {

// Returns when any of the processes has ended, any of `wakes` is readable, or time has run out. A
// negative limit waits without one.
[[nodiscard]] Result<> wait_for_any(const std::vector<ProcessId>& processes,
                                    const std::vector<FdRef>& wakes,
                                    std::chrono::milliseconds limit);

}  // namespace podsysctl::linux
