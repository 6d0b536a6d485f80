// SPDX-License-Identifier: Apache-2.0
#include "linux/stream_socket.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "linux/poll_timeout.h"

namespace podsysctl::linux {
namespace {

using std::chrono::milliseconds;

Result<Fd> make_socket(int family) {
  Fd fd = Fd::adopt(::socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!fd.valid()) {
    return Error::from_errno(errno, "make a socket");
  }
  return fd;
}

// connect(2) in the background, as far as it does not end at once.
Result<> finish_connect(FdRef socket, int sys_errno, const std::string& name, milliseconds limit) {
  if (sys_errno != EINPROGRESS) {
    return Error::from_errno(sys_errno, "connect to {}", name);
  }
  PSYS_TRY_ASSIGN(const bool ready, wait_until_ready(socket, Readiness::writing, limit));
  if (!ready) {
    return Error::of(Code::timeout, "connect to {}: no answer within {} ms", name, limit.count());
  }
  int failure = 0;
  socklen_t size = sizeof failure;
  if (::getsockopt(socket.get(), SOL_SOCKET, SO_ERROR, &failure, &size) != 0) {
    return Error::from_errno(errno, "connect to {}", name);
  }
  if (failure != 0) {
    return Error::from_errno(failure, "connect to {}", name);
  }
  return {};
}

template <class Address>
Result<> connect_to(FdRef socket, const Address& address, const std::string& name,
                    milliseconds limit) {
  const auto deadline = std::chrono::steady_clock::now() + limit;
  // EAGAIN: the queue of a unix socket is full. There is nothing to wait for but time.
  constexpr milliseconds kLookAgain{5};
  while (::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) !=
         0) {
    const int failure = errno;
    if (failure != EAGAIN || (limit.count() >= 0 && std::chrono::steady_clock::now() > deadline)) {
      return finish_connect(socket, failure, name, limit);
    }
    ::poll(nullptr, 0, poll_timeout(kLookAgain));
  }
  return {};
}

}  // namespace

Result<bool> wait_until_ready(FdRef fd, Readiness readiness, milliseconds limit) {
  const short events = readiness == Readiness::reading ? POLLIN : POLLOUT;
  for (;;) {
    pollfd entry{fd.get(), events, 0};
    const int count = ::poll(&entry, 1, poll_timeout(limit));
    if (count >= 0) {
      return count > 0;
    }
    if (errno != EINTR) {
      return Error::from_errno(errno, "wait for a socket");
    }
  }
}

Result<Fd> connect_unix(const std::string& path, milliseconds limit) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path) {
    return std::unexpected(Error{Code::invalid_argument, ENAMETOOLONG,
                                 fmt::format("connect to {}: the path is longer than {} bytes",
                                             path, sizeof address.sun_path - 1)});
  }
  std::memcpy(address.sun_path, path.data(), path.size());
  PSYS_TRY_ASSIGN(Fd socket, make_socket(AF_UNIX));
  PSYS_TRY(connect_to(socket.ref(), address, path, limit));
  return socket;
}

Result<Fd> connect_tcp(const std::string& address, std::uint16_t port, milliseconds limit) {
  sockaddr_in v4{};
  sockaddr_in6 v6{};
  const bool is_v4 = ::inet_pton(AF_INET, address.c_str(), &v4.sin_addr) == 1;
  if (!is_v4 && ::inet_pton(AF_INET6, address.c_str(), &v6.sin6_addr) != 1) {
    return Error::of(Code::invalid_argument, "connect to {}: it is no IP address", address);
  }
  PSYS_TRY_ASSIGN(Fd socket, make_socket(is_v4 ? AF_INET : AF_INET6));
  const int on = 1;
  ::setsockopt(socket.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  const std::string name = fmt::format("{}:{}", address, port);
  v4.sin_family = AF_INET;
  v4.sin_port = htons(port);
  v6.sin6_family = AF_INET6;
  v6.sin6_port = htons(port);
  if (is_v4) {
    PSYS_TRY(connect_to(socket.ref(), v4, name, limit));
  } else {
    PSYS_TRY(connect_to(socket.ref(), v6, name, limit));
  }
  return socket;
}

Result<SocketPair> make_stream_pair() {
  std::array<int, 2> ends{};
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends.data()) < 0) {
    return Error::from_errno(errno, "make a socket pair");
  }
  return SocketPair{Fd::adopt(ends[0]), Fd::adopt(ends[1])};
}

Result<Fd> adopt_stream_socket(int descriptor) {
  int type = 0;
  socklen_t size = sizeof type;
  if (::getsockopt(descriptor, SOL_SOCKET, SO_TYPE, &type, &size) != 0 || type != SOCK_STREAM) {
    return Error::of(Code::invalid_argument, "descriptor {} is no stream socket", descriptor);
  }
  Fd socket = Fd::adopt(descriptor);
  if (::fcntl(descriptor, F_SETFD, FD_CLOEXEC) != 0 ||
      ::fcntl(descriptor, F_SETFL, O_NONBLOCK) != 0) {
    return Error::from_errno(errno, "prepare descriptor {}", descriptor);
  }
  return socket;
}

Result<std::size_t> receive(FdRef socket, std::span<char> buffer, milliseconds limit) {
  for (;;) {
    const ssize_t count = ::recv(socket.get(), buffer.data(), buffer.size(), 0);
    if (count >= 0) {
      return static_cast<std::size_t>(count);
    }
    if (errno == EINTR) {
      continue;
    }
    if (errno != EAGAIN) {
      return Error::from_errno(errno, "read from the socket");
    }
    PSYS_TRY_ASSIGN(const bool ready, wait_until_ready(socket, Readiness::reading, limit));
    if (!ready) {
      return Error::of(Code::timeout, "no answer within {} ms", limit.count());
    }
  }
}

Result<std::size_t> send_some(FdRef socket, std::string_view data) {
  for (;;) {
    const ssize_t count = ::send(socket.get(), data.data(), data.size(), MSG_NOSIGNAL);
    if (count >= 0) {
      return static_cast<std::size_t>(count);
    }
    if (errno == EAGAIN) {
      return std::size_t{0};
    }
    if (errno != EINTR) {
      return Error::from_errno(errno, "write to the socket");
    }
  }
}

Result<> send_all(FdRef socket, std::string_view data, milliseconds limit) {
  while (!data.empty()) {
    PSYS_TRY_ASSIGN(const std::size_t count, send_some(socket, data));
    if (count != 0) {
      data.remove_prefix(count);
      continue;
    }
    PSYS_TRY_ASSIGN(const bool ready, wait_until_ready(socket, Readiness::writing, limit));
    if (!ready) {
      return Error::of(Code::timeout, "the other side took nothing for {} ms", limit.count());
    }
  }
  return {};
}

Result<> end_sending(FdRef socket) {
  if (::shutdown(socket.get(), SHUT_WR) != 0 && errno != ENOTCONN) {
    return Error::from_errno(errno, "end the socket's sending side");
  }
  return {};
}

}  // namespace podsysctl::linux
