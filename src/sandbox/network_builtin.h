// SPDX-License-Identifier: Apache-2.0
// The network that is used where the administrator has described none: a bridge with masquerading,
// and port forwarding where the pod asks for it. Thread-safety: no shared state.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "sandbox/cni_config.h"
#include "sandbox/network_range.h"

namespace podsysctl::sandbox {

inline constexpr std::string_view kBuiltinBridge = "podsysctl0";

enum class PacketFilter : std::uint8_t {
  missing,     // no iptables: nothing outside is reached, no host ports
  open,        // forwarded packets pass
  restricted,  // something drops or sorts forwarded packets: ours need rules of their own
};

enum class HostPorts : std::uint8_t { none, some };

struct BuiltinNetwork {
  AddressRange range;
  std::string data_dir;
  PacketFilter filter = PacketFilter::open;
  HostPorts ports = HostPorts::none;
};

// See network.h. Its bridge plugin alone makes no rules.
[[nodiscard]] bool goes_with_namespace(const CniNetwork& network) noexcept;

[[nodiscard]] Result<CniNetwork> builtin_network(const BuiltinNetwork& network);

// From what `iptables -S FORWARD` prints.
[[nodiscard]] PacketFilter parse_forward_rules(std::string_view text);

// Lets pods reach what lies outside: one rule for the whole range, made by the first pod and left
// with the bridge. The plugin would make and remove rules for every pod, at the price of a dozen
// iptables processes. `lock` is a file that keeps two commands from adding it twice.
[[nodiscard]] Result<> ensure_masquerade(const AddressRange& range, const std::string& lock);

// Asks the host's iptables, whichever variant its alternatives name, as the plugins will.
[[nodiscard]] PacketFilter packet_filter();

}  // namespace podsysctl::sandbox
