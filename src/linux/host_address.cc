// SPDX-License-Identifier: Apache-2.0
#include "linux/host_address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <array>

#include "linux/fd.h"

namespace podsysctl::linux {
namespace {

// Root name servers: addresses that only a default route leads to. Connecting a datagram socket
// chooses route and source address, and no more.
constexpr const char* kFarIpv4 = "198.41.0.4";
constexpr const char* kFarIpv6 = "2001:503:ba3e::2:30";
constexpr in_port_t kAnyPort = 9;

template <class Address>
bool connect_and_ask(Address& address) {
  const Fd socket = Fd::adopt(
      ::socket(reinterpret_cast<const sockaddr&>(address).sa_family, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  auto* const generic = reinterpret_cast<sockaddr*>(&address);
  socklen_t length = sizeof address;
  return socket.valid() && ::connect(socket.get(), generic, length) == 0 &&
         ::getsockname(socket.get(), generic, &length) == 0;
}

std::string text_of(int family, const void* address) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  return ::inet_ntop(family, address, text.data(), text.size()) == nullptr ? "" : text.data();
}

}  // namespace

HostAddresses host_addresses() {
  HostAddresses found;
  sockaddr_in four{};
  four.sin_family = AF_INET;
  four.sin_port = htons(kAnyPort);
  if (::inet_pton(AF_INET, kFarIpv4, &four.sin_addr) == 1 && connect_and_ask(four)) {
    found.ipv4 = text_of(AF_INET, &four.sin_addr);
  }
  sockaddr_in6 six{};
  six.sin6_family = AF_INET6;
  six.sin6_port = htons(kAnyPort);
  if (::inet_pton(AF_INET6, kFarIpv6, &six.sin6_addr) == 1 && connect_and_ask(six)) {
    found.ipv6 = text_of(AF_INET6, &six.sin6_addr);
  }
  return found;
}

}  // namespace podsysctl::linux
