// SPDX-License-Identifier: Apache-2.0
// A descriptor that another process sends over a unix socket (SCM_RIGHTS, unix(7)). Errors: from
// errno; unavailable where the other side ends without one. Thread-safety: no shared state.
#pragma once

#include "base/result.h"
#include "linux/fd.h"

namespace podsysctl::linux {

// The first that comes, close-on-exec. Waits for it.
[[nodiscard]] Result<Fd> receive_fd(FdRef connection);

}  // namespace podsysctl::linux
