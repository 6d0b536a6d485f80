// SPDX-License-Identifier: Apache-2.0
// The network that is used where the administrator has described none: a bridge, and port
// forwarding where the pod asks for it. Its packet filter rules: network_filter.h. Thread-safety:
// no shared state.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"
#include "sandbox/cni_config.h"
#include "sandbox/network_range.h"

namespace podsysctl::sandbox {

inline constexpr std::string_view kBuiltinBridge = "podsysctl0";

enum class HostPorts : std::uint8_t { none, some };

struct BuiltinNetwork {
  AddressRange range;
  std::string data_dir;
  HostPorts ports = HostPorts::none;
};

// See network.h. Its bridge plugin alone makes no rules.
[[nodiscard]] bool goes_with_namespace(const CniNetwork& network) noexcept;

[[nodiscard]] Result<CniNetwork> builtin_network(const BuiltinNetwork& network);

}  // namespace podsysctl::sandbox
