// SPDX-License-Identifier: Apache-2.0
#include "sysctl/value_list.h"

#include <algorithm>
#include <optional>

#include "base/strings.h"
#include "sysctl/value_number.h"

namespace podsysctl::sysctl {
namespace {

constexpr std::size_t kHexDigits = 8;   // of a 32-bit word
constexpr std::size_t kWordsOfKey = 4;  // TCP_FASTOPEN_KEY_LENGTH / 4

std::expected<std::uint64_t, std::string> read_member(std::string_view text, const Range& limits) {
  auto number = checked_number(text);
  if (!number) {
    return std::unexpected(std::move(number).error());
  }
  if (!in_range(*number, limits)) {
    return std::unexpected(
        fmt::format("{} is not between {} and {}", to_string(*number), limits.min, limits.max));
  }
  return number->magnitude;
}

std::expected<std::pair<std::uint64_t, std::uint64_t>, std::string> read_range(
    std::string_view text, const Range& limits) {
  const std::size_t dash = text.find('-');
  auto low = read_member(text.substr(0, dash), limits);
  if (!low) {
    return std::unexpected(std::move(low).error());
  }
  if (dash == std::string_view::npos) {
    return std::pair{*low, *low};
  }
  auto high = read_member(text.substr(dash + 1), limits);
  if (!high) {
    return std::unexpected(std::move(high).error());
  }
  if (*high < *low) {
    return std::unexpected(fmt::format("the range {} ends before it begins", in_quotes(text)));
  }
  return std::pair{*low, *high};
}

NumberRanges merged(NumberRanges ranges) {
  std::ranges::sort(ranges);
  NumberRanges result;
  for (const auto& range : ranges) {
    if (!result.empty() && range.first <= result.back().second + 1) {
      result.back().second = std::max(result.back().second, range.second);
    } else {
      result.push_back(range);
    }
  }
  return result;
}

std::optional<std::uint32_t> read_hex_word(std::string_view text) {
  return text.size() > kHexDigits ? std::nullopt : parse_number<std::uint32_t>(text, 16);
}

}  // namespace

std::expected<NumberRanges, std::string> read_ranges(std::string_view text, const Range& limits) {
  NumberRanges ranges;
  if (text.empty()) {
    return ranges;
  }
  for (const std::string_view part : split(text, ',')) {
    if (part.empty()) {
      return std::unexpected("a number is missing beside a comma");
    }
    auto range = read_range(part, limits);
    if (!range) {
      return std::unexpected(std::move(range).error());
    }
    ranges.push_back(*range);
  }
  return merged(std::move(ranges));
}

std::expected<HexWords, std::string> read_cpu_mask(std::string_view text) {
  HexWords words;
  for (const std::string_view part : split(text, ',')) {
    const auto word = read_hex_word(part);
    if (!word) {
      return std::unexpected(
          "it must be hexadecimal words of at most 8 digits with commas between them, such as f");
    }
    if (*word != 0 || !words.empty()) {
      words.push_back(*word);
    }
  }
  return words;
}

std::expected<HexWords, std::string> read_hex_key(std::string_view text) {
  const std::string rule =
      "it must be one key or two with a comma between them, each of four hexadecimal words of at "
      "most 8 digits with '-' between them";
  const auto keys = split(text, ',');
  if (keys.size() > 2) {
    return std::unexpected(rule);
  }
  HexWords words;
  for (const std::string_view key : keys) {
    const auto parts = split(key, '-');
    if (parts.size() != kWordsOfKey) {
      return std::unexpected(rule);
    }
    for (const std::string_view part : parts) {
      const auto word = read_hex_word(part);
      if (!word) {
        return std::unexpected(rule);
      }
      words.push_back(*word);
    }
  }
  return words;
}

}  // namespace podsysctl::sysctl
