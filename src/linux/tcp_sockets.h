// SPDX-License-Identifier: Apache-2.0
// The TCP sockets of a network namespace as the kernel lists them (sock_diag(7), IPv4 and IPv6),
// and what can be changed of one that another process made: the length of a listener's queue and
// the keepalive times of a connection. Times in seconds. Sources: tcp(7), net/ipv4/tcp_diag.c.
// Thread-safety: list_tcp_sockets() looks at the calling thread's namespace; no shared state.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "linux/fd.h"

namespace podsysctl::linux {

enum class TcpState : std::uint8_t { listening, connected };

struct TcpSocket {
  std::uint64_t inode = 0;
  TcpState state = TcpState::connected;
  std::string local;             // "10.0.0.2:80", "[::]:80"
  std::string remote;            // "" of a listener
  std::uint32_t queue_used = 0;  // of a listener: connections that wait for accept(2)
  std::uint32_t queue_size = 0;  // of a listener: how many may
  // Until the next keepalive probe; unset where another timer runs, or none.
  std::optional<std::chrono::milliseconds> keepalive_due;
};

// Listeners and open connections (ESTABLISHED, CLOSE-WAIT).
[[nodiscard]] Result<std::vector<TcpSocket>> list_tcp_sockets();

// listen(2) once more: a listener takes the new queue length, cut to its namespace's somaxconn, and
// keeps the connections that wait.
[[nodiscard]] Result<> listen_again(FdRef socket, int backlog);

enum class KeepaliveTime : std::uint8_t { idle, interval, probes };

[[nodiscard]] Result<bool> uses_keepalive(FdRef socket);
[[nodiscard]] Result<int> keepalive_time(FdRef socket, KeepaliveTime which);
// `idle` also sets a timer that runs already: the time that the connection has been idle counts.
[[nodiscard]] Result<> set_keepalive_time(FdRef socket, KeepaliveTime which, int value);

}  // namespace podsysctl::linux
