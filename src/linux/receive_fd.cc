// SPDX-License-Identifier: Apache-2.0
#include "linux/receive_fd.h"

#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <cstring>

namespace podsysctl::linux {
namespace {

constexpr std::size_t kText = 4096;  // senders say a word or two along with it

Fd fd_in(const cmsghdr* header) {
  int fd = -1;
  if (header != nullptr && header->cmsg_level == SOL_SOCKET && header->cmsg_type == SCM_RIGHTS &&
      header->cmsg_len == CMSG_LEN(sizeof fd)) {
    std::memcpy(&fd, CMSG_DATA(header), sizeof fd);
  }
  return fd < 0 ? Fd() : Fd::adopt(fd);
}

}  // namespace

Result<Fd> receive_fd(FdRef connection) {
  for (;;) {
    std::array<char, kText> text{};
    iovec part{text.data(), text.size()};
    alignas(cmsghdr) std::array<std::byte, CMSG_SPACE(sizeof(int))> control{};
    msghdr message{};
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    message.msg_control = control.data();
    message.msg_controllen = control.size();
    const ssize_t count = ::recvmsg(connection.get(), &message, MSG_CMSG_CLOEXEC);
    if (count > 0) {
      Fd fd = fd_in(CMSG_FIRSTHDR(&message));
      if (fd.valid()) {
        return fd;
      }
      continue;
    }
    if (count == 0) {
      return Error::of(Code::unavailable, "the other side sent no descriptor");
    }
    if (errno == EAGAIN) {
      pollfd waiting{connection.get(), POLLIN, 0};
      ::poll(&waiting, 1, -1);
    } else if (errno != EINTR) {
      return Error::from_errno(errno, "receive a descriptor");
    }
  }
}

}  // namespace podsysctl::linux
