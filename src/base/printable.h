// SPDX-License-Identifier: Apache-2.0
// Text from outside, made harmless for a terminal. Thread-safety: pure function.
#pragma once

#include <string>
#include <string_view>

namespace podsysctl {

// Control characters as \n, \t, \x1b and the like.
[[nodiscard]] std::string printable(std::string_view text);
void append_printable(std::string& out, char c);

}  // namespace podsysctl
