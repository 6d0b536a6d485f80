// SPDX-License-Identifier: Apache-2.0
// What a process gives up for good: capabilities (capabilities(7)), the way to new ones
// (no_new_privs) and system calls (seccomp(2)). Errors: from errno; unsupported on a machine for
// whose calls there is no table. Thread-safety: see each.
#pragma once

#include <span>

#include "base/result.h"

namespace podsysctl::linux {

// All others go from every set, the bounding set too. Of the calling thread and those that it
// starts afterwards. One that the process does not have is not given.
[[nodiscard]] Result<> keep_only_capabilities(std::span<const int> capabilities);

// From now on these calls are EPERM, and so are those that nobody who gives up rights makes (to run
// or trace programs, to load code into the kernel, to open files by handle) and every call in
// another architecture's numbers; no program can get more rights by being run. Of all threads.
[[nodiscard]] Result<> refuse_calls(std::span<const long> more = {});

}  // namespace podsysctl::linux
