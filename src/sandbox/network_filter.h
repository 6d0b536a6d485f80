// SPDX-License-Identifier: Apache-2.0
// What the built-in network needs of the host's packet filter (iptables(8),
// iptables-extensions(8)): rules for its whole range of addresses, commented "podsysctl", that the
// first pod makes and that stay with the bridge. CNI's own plugins would make and remove rules for
// every pod, at the price of a dozen processes, and of a DEL that has to come before the end of the
// namespace. Thread-safety: no shared state; commands at once are kept apart by a lock file.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"
#include "sandbox/network_range.h"

namespace podsysctl::sandbox {

enum class PacketFilter : std::uint8_t {
  missing,     // no iptables: nothing outside is reached, no host ports
  open,        // forwarded packets pass
  restricted,  // something drops or sorts forwarded packets: those of pods have rules of ours
};

// What `iptables -S FORWARD` printed says of packets of this range.
struct ForwardChain {
  PacketFilter filter = PacketFilter::open;
  bool has_our_rules = false;
};
[[nodiscard]] ForwardChain parse_forward_chain(std::string_view text, const AddressRange& range);

// Sees to it that pods of `range` reach what lies outside: what leaves the range is masqueraded; in
// a restricted filter what they send passes, and to them answers and connections to host ports.
// Asks the host's iptables, whichever variant its alternatives name, as the plugins will. `lock` is
// a file that keeps two commands from adding a rule twice. `unavailable` with iptables' own words.
[[nodiscard]] Result<PacketFilter> let_through(const AddressRange& range, const std::string& lock);

}  // namespace podsysctl::sandbox
