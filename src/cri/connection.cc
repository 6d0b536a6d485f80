// SPDX-License-Identifier: Apache-2.0
#include "cri/connection.h"

#include <poll.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include "base/strings.h"
#include "linux/poll_timeout.h"

namespace podsysctl::cri {
namespace {

using std::chrono::milliseconds;
using Steady = std::chrono::steady_clock;

milliseconds time_until(const Deadline& deadline) {
  if (!deadline) {
    return milliseconds(-1);
  }
  const auto left = std::chrono::ceil<milliseconds>(*deadline - Steady::now());
  return std::max(milliseconds(0), left);
}

std::unexpected<Error> cannot_connect(int sys_errno, const std::string& path) {
  Error error = Error::of_errno(sys_errno, fmt::format("container runtime at unix://{}", path));
  if (sys_errno == ENOENT || sys_errno == ECONNREFUSED) {
    error.code = Code::unavailable;
    error.message += "; is it running, and is this its socket? --cri-endpoint names another";
  } else if (sys_errno == EACCES) {
    error.message += "; root may use it";
  }
  return std::unexpected(std::move(error));
}

Result<linux::Fd> connect_to(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path) {
    return Error::of(Code::invalid_argument, "{}: the path of a socket has at most {} bytes",
                     in_quotes(path), sizeof address.sun_path - 1);
  }
  std::memcpy(&address.sun_path[0], path.data(), path.size());
  linux::Fd socket = linux::Fd::adopt(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!socket.valid()) {
    return Error::from_errno(errno, "make a socket");
  }
  // A runtime that stopped reading must not hold us for ever.
  const timeval limit{.tv_sec = 30, .tv_usec = 0};
  if (::setsockopt(socket.get(), SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit) < 0) {
    return Error::from_errno(errno, "set the time limit of a socket");
  }
  const auto* const generic = reinterpret_cast<const sockaddr*>(&address);  // NOLINT: bind(2)
  if (::connect(socket.get(), generic, sizeof address) < 0) {
    return cannot_connect(errno, path);
  }
  return socket;
}

}  // namespace

Result<std::unique_ptr<Connection>> Connection::open(const std::string& path) {
  PSYS_TRY_ASSIGN(linux::Fd socket, connect_to(path));
  PSYS_TRY_ASSIGN(std::unique_ptr<Http2Session> session, Http2Session::open());
  return std::make_unique<Connection>(std::move(socket), std::move(session));
}

bool Connection::is_usable() {
  for (;;) {
    pollfd event{socket_.get(), POLLIN, 0};
    if (::poll(&event, 1, 0) <= 0) {
      return session_->is_usable();
    }
    if (const Result<std::size_t> count = receive(); !count || *count == 0) {
      return false;
    }
  }
}

Result<Connection::Woken> Connection::turn(const Deadline& deadline, linux::FdRef wake) {
  Result<Woken> woken = try_turn(deadline, wake);
  if (!woken && (woken.error().sys_errno == EPIPE || woken.error().sys_errno == ECONNRESET)) {
    woken = Woken::by_end;
  }
  broken_ = !woken || *woken == Woken::by_end;
  return woken;
}

Result<Connection::Woken> Connection::try_turn(const Deadline& deadline, linux::FdRef wake) {
  PSYS_TRY(send_all());
  std::array events{pollfd{socket_.get(), POLLIN, 0}, pollfd{wake.get(), POLLIN, 0}};
  const int ready = ::poll(events.data(), events.size(), linux::poll_timeout(time_until(deadline)));
  if (ready < 0 && errno != EINTR) {
    return Error::from_errno(errno, "wait for the container runtime");
  }
  if (ready == 0 && deadline && Steady::now() >= *deadline) {
    return Woken::by_time;
  }
  if (events[0].revents != 0) {
    PSYS_TRY_ASSIGN(const std::size_t count, receive());
    return count == 0 ? Woken::by_end : Woken::by_data;
  }
  return events[1].revents != 0 ? Woken::by_wake : Woken::by_data;
}

Result<> Connection::send_all() {
  for (;;) {
    PSYS_TRY_ASSIGN(const std::string bytes, session_->output());
    if (bytes.empty()) {
      return {};
    }
    PSYS_TRY(send(bytes));
  }
}

Result<> Connection::send(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t count = ::send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (count < 0 && errno != EINTR) {
      return Error::from_errno(errno, "write to the container runtime");
    }
    bytes.remove_prefix(static_cast<std::size_t>(std::max<ssize_t>(count, 0)));
  }
  return {};
}

Result<std::size_t> Connection::receive() {
  std::array<char, 16384> buffer{};
  const ssize_t count = ::read(socket_.get(), buffer.data(), buffer.size());
  if (count < 0) {
    return Error::from_errno(errno, "read from the container runtime");
  }
  PSYS_TRY(session_->input({buffer.data(), static_cast<std::size_t>(count)}));
  return static_cast<std::size_t>(count);
}

}  // namespace podsysctl::cri
