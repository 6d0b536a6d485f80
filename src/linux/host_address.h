// SPDX-License-Identifier: Apache-2.0
// The addresses that this host has towards the rest of the world: what the kernel would put into a
// packet that takes the default route. Nothing is sent. Of the calling thread's network namespace.
// Thread-safety: no shared state.
#pragma once

#include <string>

namespace podsysctl::linux {

struct HostAddresses {
  std::string ipv4;  // "192.0.2.7"; "" where there is no route to the outside
  std::string ipv6;
};
[[nodiscard]] HostAddresses host_addresses();

}  // namespace podsysctl::linux
