// SPDX-License-Identifier: Apache-2.0
// Small text functions that the standard library of GCC 12 lacks. Pure; no locale.
#pragma once

#include <charconv>
#include <concepts>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace podsysctl {

// Every field, empty ones too: split("a,,b", ',') is {"a", "", "b"}; split("", ',') is {""}.
[[nodiscard]] std::vector<std::string_view> split(std::string_view text, char separator);

// The words between runs of blanks, tabs and newlines; none for a blank text.
[[nodiscard]] std::vector<std::string_view> split_words(std::string_view text);

// Without blanks, tabs and newlines at both ends.
[[nodiscard]] std::string_view trim(std::string_view text) noexcept;

// The parts with the separator between them.
[[nodiscard]] std::string join(const std::vector<std::string>& parts, std::string_view separator);

// Printable form of untrusted text for messages, in double quotes, with \n, \x1b and the like
// escaped and cut after `limit` bytes with "…". (Not `quoted`: std::quoted() would be found first.)
[[nodiscard]] std::string in_quotes(std::string_view text, std::size_t limit = 120);

// True for 0x00-0x1f and 0x7f.
[[nodiscard]] bool is_control(char c) noexcept;

// The whole text as a number in the given base: no sign for unsigned types, no blanks, no rest.
template <std::integral T>
[[nodiscard]] std::optional<T> parse_number(std::string_view text, int base = 10) {
  T value{};
  const char* const end = text.data() + text.size();
  const auto [rest, failure] = std::from_chars(text.data(), end, value, base);
  if (failure != std::errc{} || rest != end) {
    return std::nullopt;
  }
  return value;
}

// How many single-character edits lead from one text to the other (for "did you mean").
[[nodiscard]] std::size_t edit_distance(std::string_view left, std::string_view right);

}  // namespace podsysctl
