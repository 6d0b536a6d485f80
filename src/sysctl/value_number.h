// SPDX-License-Identifier: Apache-2.0
// Numbers as the kernel reads them from a sysctl write (strtoul_lenient() in kernel/sysctl.c):
// decimal, 0x hexadecimal, leading 0 octal, '-' but no '+'; from -2^64+1 to 2^64-1.
// Thread-safety: pure functions.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "sysctl/catalog.h"

namespace podsysctl::sysctl {

struct Number {
  bool negative = false;  // never with magnitude 0
  std::uint64_t magnitude = 0;

  friend std::strong_ordering operator<=>(const Number& left, const Number& right) noexcept;
  friend bool operator==(const Number&, const Number&) = default;
};

// The kernel's reading of one word, or nullopt where it would refuse.
[[nodiscard]] std::optional<Number> read_number(std::string_view word) noexcept;

// Each blank-separated word as a number; nullopt if there is none, or one is no number.
[[nodiscard]] std::optional<std::vector<Number>> read_numbers(std::string_view value);

[[nodiscard]] std::string to_string(const Number& number);

[[nodiscard]] bool in_range(const Number& number, const Range& range) noexcept;

// The number that a person means, or the rule that the word breaks: no number, or a leading zero
// that turns it into another one.
[[nodiscard]] std::expected<Number, std::string> checked_number(std::string_view word);

}  // namespace podsysctl::sysctl
