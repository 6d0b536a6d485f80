// SPDX-License-Identifier: Apache-2.0
#include "linux/system_log.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>

#include "base/printable.h"
#include "base/strings.h"
#include "linux/fd.h"

namespace podsysctl::linux {

Result<> tell_system_log(std::string_view program, SystemLogLevel level, std::string_view text,
                         const std::string& socket) {
  constexpr int kDaemon = 3 << 3;
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (socket.size() >= sizeof address.sun_path) {
    return Error::of(Code::invalid_argument, "{} is no address of a socket", in_quotes(socket));
  }
  socket.copy(address.sun_path, socket.size());
  const Fd fd = Fd::adopt(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!fd.valid()) {
    return Error::from_errno(errno, "tell the system's log");
  }
  if (::connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) < 0) {
    return Error::from_errno(errno, "tell the system's log at {}", socket);
  }
  for (const std::string_view line : split(text, '\n')) {
    const std::string message = fmt::format("<{}>{}[{}]: {}", kDaemon + static_cast<int>(level),
                                            program, ::getpid(), printable(line));
    if (!line.empty() && ::send(fd.get(), message.data(), message.size(), MSG_NOSIGNAL) < 0) {
      return Error::from_errno(errno, "tell the system's log at {}", socket);
    }
  }
  return {};
}

}  // namespace podsysctl::linux
