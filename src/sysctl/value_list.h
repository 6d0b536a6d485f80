// SPDX-License-Identifier: Apache-2.0
// Lists as the kernel reads and prints them: numbers and ranges with commas
// (proc_do_large_bitmap() in kernel/sysctl.c), CPU masks, and the TCP Fast Open key.
// Thread-safety: pure functions.
#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sysctl/catalog.h"

namespace podsysctl::sysctl {

// Closed ranges, sorted, merged where they touch; "" is the empty list. Otherwise the broken rule.
using NumberRanges = std::vector<std::pair<std::uint64_t, std::uint64_t>>;
[[nodiscard]] std::expected<NumberRanges, std::string> read_ranges(std::string_view text,
                                                                   const Range& limits);

// Words of one to eight hexadecimal digits with ',' between them, most significant first, without
// the leading zero words. Otherwise the broken rule.
using HexWords = std::vector<std::uint32_t>;
[[nodiscard]] std::expected<HexWords, std::string> read_cpu_mask(std::string_view text);

// One or two keys of four words each.
[[nodiscard]] std::expected<HexWords, std::string> read_hex_key(std::string_view text);

}  // namespace podsysctl::sysctl
