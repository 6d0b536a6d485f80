// SPDX-License-Identifier: Apache-2.0
// A network interface's attributes beside its sysctls (netdevice(7)), each as text: of one form
// when it is read, so that two texts are equal where the attributes are. What is read of
// promiscuous and all_multicast is what was asked for with the interface itself: a packet socket
// that listens to everything does not show. Errors: invalid_argument for a text that no interface
// takes, unsupported for an address that is not Ethernet's, those of the kernel. Thread-safety:
// like int.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "base/result.h"
#include "linux/fd.h"

namespace podsysctl::linux {

enum class LinkAttribute : std::uint8_t {
  mac,            // "02:00:5e:10:00:0a"
  mtu,            // bytes
  promiscuous,    // "true", "false"
  all_multicast,  // likewise
  queue_length,   // packets
};

// The one form of a text; takes a MAC address in the three usual ways of writing.
[[nodiscard]] Result<std::string> canonical(LinkAttribute attribute, std::string_view text);

class NetLink {
 public:
  // In the network namespace that the calling thread is in now, whoever uses it later. The name has
  // at most 15 bytes; whether there is such an interface shows at each call.
  [[nodiscard]] static Result<NetLink> open(std::string name);

  [[nodiscard]] Result<std::string> read(LinkAttribute attribute) const;
  [[nodiscard]] Result<> write(LinkAttribute attribute, std::string_view text) const;

 private:
  NetLink(Fd socket, std::string name) : socket_(std::move(socket)), name_(std::move(name)) {}

  Fd socket_;
  std::string name_;
};

}  // namespace podsysctl::linux
