// SPDX-License-Identifier: Apache-2.0
// UTF-8 as Unicode defines it (table 3-7): no overlong forms, no surrogates, nothing beyond
// U+10FFFF. Thread-safety: pure functions.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace podsysctl {

// The length of the well-formed sequence at the front of `text`, which is not empty; 0: there is
// none.
[[nodiscard]] std::size_t utf8_length(std::string_view text) noexcept;

// The text with U+FFFD for each byte that belongs to no such sequence.
[[nodiscard]] std::string to_utf8(std::string_view text);

}  // namespace podsysctl
