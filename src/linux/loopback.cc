// SPDX-License-Identifier: Apache-2.0
#include "linux/loopback.h"

#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>

#include "linux/fd.h"

namespace podsysctl::linux {

Result<> bring_loopback_up() {
  const int socket = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (socket < 0) {
    return Error::from_errno(errno, "open a socket to set up the loopback interface");
  }
  const Fd held = Fd::adopt(socket);
  ifreq request{};
  std::memcpy(request.ifr_name, "lo", sizeof "lo");
  request.ifr_flags = IFF_UP;
  if (::ioctl(held.get(), SIOCSIFFLAGS, &request) < 0) {
    return Error::from_errno(errno, "set up the loopback interface");
  }
  return {};
}

}  // namespace podsysctl::linux
