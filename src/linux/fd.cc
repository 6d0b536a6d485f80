// SPDX-License-Identifier: Apache-2.0
#include "linux/fd.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>

namespace podsysctl::linux {

void Fd::reset(int fd) noexcept {
  if (fd_ >= 0) {
    ::close(fd_);
  }
  fd_ = fd;
}

Result<Pipe> make_pipe() {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) < 0) {
    return Error::from_errno(errno, "make a pipe");
  }
  return Pipe{Fd::adopt(ends[0]), Fd::adopt(ends[1])};
}

Result<SocketPair> make_socket_pair() {
  std::array<int, 2> ends{};
  if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends.data()) < 0) {
    return Error::from_errno(errno, "make a socket pair");
  }
  return SocketPair{Fd::adopt(ends[0]), Fd::adopt(ends[1])};
}

Result<Fd> duplicate(FdRef fd) {
  const int copy = ::fcntl(fd.get(), F_DUPFD_CLOEXEC, 0);
  if (copy < 0) {
    return Error::from_errno(errno, "duplicate descriptor {}", fd.get());
  }
  return Fd::adopt(copy);
}

}  // namespace podsysctl::linux
