// SPDX-License-Identifier: Apache-2.0
// Values: what may be written to a key, and whether what the kernel prints back is what was asked
// for. Rules come from the catalogue; a key that it does not have is left to the kernel.
// The kernel takes much that it should not (negative time-outs, min > max, short vectors, an empty
// text, text after the number): that is refused here, with the rule.
// Thread-safety: pure functions.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "sysctl/key.h"

namespace podsysctl::sysctl {

// invalid_argument: `invalid value "131072 4096 1024" of net.ipv4.tcp_rmem: the numbers must not
// decrease (min default max)`.
[[nodiscard]] Result<> check_value(const SysctlKey& key, std::string_view value);

// Blanks, tabs and newlines to one blank, none at the ends.
[[nodiscard]] std::string normalise(std::string_view value);

// Whether a read-back means the value that was written: blanks and tabs, hexadecimal and octal
// numbers, merged port lists ("1,2,3" is printed "1-3"), milliseconds rounded up to clock ticks.
[[nodiscard]] bool same_value(const SysctlKey& key, std::string_view wanted,
                              std::string_view read_back);

// What to hand to write(2): the value; a newline for an empty one, which only a restored list has
// (net.ipv4.ip_local_reserved_ports), since a write of no bytes changes nothing.
[[nodiscard]] std::string_view text_to_write(std::string_view value) noexcept;

}  // namespace podsysctl::sysctl
