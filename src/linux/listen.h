// SPDX-License-Identifier: Apache-2.0
// A unix socket that others connect to (unix(7)). Errors: from errno; conflict where somebody
// listens there already. Thread-safety: no shared state.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>

#include "base/result.h"
#include "linux/fd.h"

namespace podsysctl::linux {

// Non-blocking. The file has `mode` from the first moment; one that a dead server left is replaced.
[[nodiscard]] Result<Fd> listen_unix(const std::string& path, mode_t mode);

// The next connection, non-blocking; none when nobody waits any more.
[[nodiscard]] Result<std::optional<Fd>> accept_one(FdRef listener);

// Who connected, as of then (SO_PEERCRED).
struct Peer {
  pid_t pid = 0;
  uid_t uid = 0;
};
[[nodiscard]] Result<Peer> peer_of(FdRef connection);
// A pidfd of that process, to tell whether its pid is still its own. From Linux 6.5 on the socket
// knows it; before, it is opened by the pid, so ask as soon as the connection is accepted.
[[nodiscard]] Result<Fd> peer_process(FdRef connection);

}  // namespace podsysctl::linux
