// SPDX-License-Identifier: Apache-2.0
// The few rights that the agent needs, and how it gives up the rest. Errors: from errno.
// Thread-safety: keep_few_capabilities() before there is another thread; refuse_what_is_not_ours()
// once everything is open.
#pragma once

#include "base/result.h"
#include "live/sockets.h"

namespace podsysctl::agent {

// To look through the descriptors of other users' processes for their sockets, one more is needed.
[[nodiscard]] Result<> keep_few_capabilities(live::ExistingSockets sockets);

// Calls that no part of the agent makes, and somebody who got into it would: what
// linux::refuse_calls() always refuses, and to mount, to look into the kernel, to set the clock.
[[nodiscard]] Result<> refuse_what_is_not_ours();

}  // namespace podsysctl::agent
