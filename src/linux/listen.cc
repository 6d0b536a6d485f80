// SPDX-License-Identifier: Apache-2.0
#include "linux/listen.h"

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>

#include "linux/process.h"
#include "linux/stream_socket.h"

namespace podsysctl::linux {
namespace {

constexpr int kBacklog = 64;
constexpr int kPeerPidfd = 77;  // SO_PEERPIDFD of <asm/socket.h>, which Debian 12's does not have
constexpr std::chrono::milliseconds kSomebody{200};

// A dead server's socket refuses; a live one accepts, or is too busy to.
Result<> make_room(const std::string& path) {
  const Result<Fd> other = connect_unix(path, kSomebody);
  if (other || other.error().sys_errno == EAGAIN || other.error().code == Code::timeout) {
    return Error::of(Code::conflict, "somebody listens on {} already", path);
  }
  if (::unlink(path.c_str()) < 0 && errno != ENOENT) {
    return Error::from_errno(errno, "remove the socket {}", path);
  }
  return {};
}

}  // namespace

Result<Fd> listen_unix(const std::string& path, mode_t mode) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.empty() || path.size() >= sizeof address.sun_path) {
    return Error::of(Code::invalid_argument, "the path {} of a socket has {} bytes; 1 to {} fit",
                     path, path.size(), sizeof address.sun_path - 1);
  }
  path.copy(address.sun_path, sizeof address.sun_path - 1);
  PSYS_TRY(make_room(path));
  Fd fd = Fd::adopt(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!fd.valid()) {
    return Error::from_errno(errno, "make a socket");
  }
  // bind(2) makes the file with the socket's mode: there is no moment with another one.
  if (::fchmod(fd.get(), mode) < 0 ||
      ::bind(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) < 0 ||
      ::listen(fd.get(), kBacklog) < 0) {
    return Error::from_errno(errno, "listen on {}", path);
  }
  return fd;
}

Result<std::optional<Fd>> accept_one(FdRef listener) {
  for (;;) {
    const int fd = ::accept4(listener.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (fd >= 0) {
      return std::optional(Fd::adopt(fd));
    }
    if (errno == EAGAIN) {
      return std::optional<Fd>();
    }
    // The peer gave up before it was its turn.
    if (errno != EINTR && errno != ECONNABORTED) {
      return Error::from_errno(errno, "accept a connection");
    }
  }
}

Result<Peer> peer_of(FdRef connection) {
  ucred credentials{};
  socklen_t size = sizeof credentials;
  if (::getsockopt(connection.get(), SOL_SOCKET, SO_PEERCRED, &credentials, &size) < 0) {
    return Error::from_errno(errno, "see who has connected");
  }
  return Peer{credentials.pid, credentials.uid};
}

Result<Fd> peer_process(FdRef connection) {
  int pidfd = -1;
  socklen_t size = sizeof pidfd;
  if (::getsockopt(connection.get(), SOL_SOCKET, kPeerPidfd, &pidfd, &size) == 0) {
    return Fd::adopt(pidfd);
  }
  if (errno != ENOPROTOOPT) {
    return Error::from_errno(errno, "see which process has connected");
  }
  PSYS_TRY_ASSIGN(const Peer peer, peer_of(connection));
  return open_pidfd(peer.pid);
}

}  // namespace podsysctl::linux
