// SPDX-License-Identifier: Apache-2.0
// Makes system calls of this process look missing (ENOSYS), as on an older kernel or in a sandbox
// with a seccomp profile. Cannot be undone: for forked children only.
// Thread-safety: holds for the calling thread and those that it starts from then on.
#pragma once

#include <span>

#include "base/result.h"

namespace podsysctl::kernel_test {

[[nodiscard]] Result<> deny_syscalls(std::span<const long> numbers);

}  // namespace podsysctl::kernel_test
