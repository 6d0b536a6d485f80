// SPDX-License-Identifier: Apache-2.0
// Stream sockets to other processes: unix(7) and tcp(7), never blocking for longer than they are
// told. A negative limit waits without one. Writing to a peer that is gone is an error, not
// SIGPIPE. Errors: from errno; timeout. Thread-safety: no shared state.
#pragma once

#include <chrono>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"
#include "linux/fd.h"

namespace podsysctl::linux {

// All of these give a non-blocking descriptor.
[[nodiscard]] Result<Fd> connect_unix(const std::string& path, std::chrono::milliseconds limit);
// `address` is a numeric IPv4 or IPv6 address.
[[nodiscard]] Result<Fd> connect_tcp(const std::string& address, std::uint16_t port,
                                     std::chrono::milliseconds limit);

// A connected pair of AF_UNIX; both ends non-blocking.
[[nodiscard]] Result<SocketPair> make_stream_pair();
// A connected stream socket that another process left open for us, made non-blocking and
// close-on-exec. invalid_argument for a descriptor that is none.
[[nodiscard]] Result<Fd> adopt_stream_socket(int descriptor);

// Some bytes; 0 at the end. The descriptor is non-blocking.
[[nodiscard]] Result<std::size_t> receive(FdRef socket, std::span<char> buffer,
                                          std::chrono::milliseconds limit);
// All of `data`; `limit` counts from the last byte that was taken.
[[nodiscard]] Result<> send_all(FdRef socket, std::string_view data,
                                std::chrono::milliseconds limit);
// What is taken at once; 0 if nothing is.
[[nodiscard]] Result<std::size_t> send_some(FdRef socket, std::string_view data);
// Nothing more will be sent; the peer reads an end of file.
[[nodiscard]] Result<> end_sending(FdRef socket);

enum class Readiness : std::uint8_t { reading, writing };
// True once the descriptor is ready (or in error), false when time ran out.
[[nodiscard]] Result<bool> wait_until_ready(FdRef fd, Readiness readiness,
                                            std::chrono::milliseconds limit);

}  // namespace podsysctl::linux
