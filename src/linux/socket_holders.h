// SPDX-License-Identifier: Apache-2.0
// Which processes hold which sockets, and a descriptor of such a socket for ourselves
// (pidfd_getfd(2), Linux 5.6), for which the caller needs the rights of a debugger over its holder.
// Errors: permission with what stands in the way, unsupported on older kernels, not_found for a
// holder that ended or closed it. Thread-safety: no shared state.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <map>
#include <span>
#include <vector>

#include "base/result.h"
#include "linux/fd.h"
#include "linux/namespaces.h"

namespace podsysctl::linux {

// The processes whose main thread is in the network namespace, as far as this procfs shows them.
[[nodiscard]] Result<std::vector<pid_t>> processes_in(NamespaceId net);

struct SocketHolder {
  pid_t pid = 0;
  int fd = -1;  // in that process
};

// By the inode of the socket; of several holders the first.
[[nodiscard]] std::map<std::uint64_t, SocketHolder> socket_holders(std::span<const pid_t> pids);

// A descriptor of the very socket with that inode.
[[nodiscard]] Result<Fd> share_socket(const SocketHolder& holder, std::uint64_t inode);

}  // namespace podsysctl::linux
