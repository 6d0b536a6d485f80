// SPDX-License-Identifier: Apache-2.0
#include "linux/loopback.h"

#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>

#include "linux/fd.h"

namespace podsysctl::linux {

int bring_loopback_up() noexcept {
  const int socket = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (socket < 0) {
    return errno;
  }
  const Fd held = Fd::adopt(socket);
  ifreq request{};
  std::memcpy(request.ifr_name, "lo", sizeof "lo");
  request.ifr_flags = IFF_UP;
  return ::ioctl(held.get(), SIOCSIFFLAGS, &request) < 0 ? errno : 0;
}

}  // namespace podsysctl::linux
