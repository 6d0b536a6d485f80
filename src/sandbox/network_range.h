// SPDX-License-Identifier: Apache-2.0
// The address range of the built-in network: the first of a fixed list of private ranges that no
// route and no address of the host touches. IPv4. Thread-safety: no shared state.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace podsysctl::sandbox {

struct AddressRange {
  std::uint32_t first = 0;  // host byte order
  unsigned prefix = 0;      // 0 to 32
  std::string interface;    // that routes to it, or has it
};

[[nodiscard]] bool overlap(const AddressRange& left, const AddressRange& right) noexcept;

// "10.131.0.0/16"
[[nodiscard]] std::string to_string(const AddressRange& range);

// The text of /proc/net/route; lines that make no sense and default routes are left out.
[[nodiscard]] std::vector<AddressRange> parse_routes(std::string_view text);

// `bridge` is the built-in network's device: a candidate that it already has is kept.
[[nodiscard]] Result<AddressRange> choose_range(const std::vector<AddressRange>& in_use,
                                                std::string_view bridge);

// Routes and interface addresses of the calling thread's net namespace.
[[nodiscard]] Result<std::vector<AddressRange>> ranges_in_use();

}  // namespace podsysctl::sandbox
