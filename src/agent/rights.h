// SPDX-License-Identifier: Apache-2.0
// The few rights that the agent needs, and how it gives up the rest. Errors: from errno.
// Thread-safety: keep_few_capabilities() before there is another thread; refuse_what_is_not_ours()
// once everything is open.
#pragma once

#include "base/result.h"

namespace podsysctl::agent {

[[nodiscard]] Result<> keep_few_capabilities();

// Calls that no part of the agent makes, and somebody who got into it would: to run or trace other
// programs, to load code into the kernel, to mount, to open files by handle.
[[nodiscard]] Result<> refuse_what_is_not_ours();

}  // namespace podsysctl::agent
