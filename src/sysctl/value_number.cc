// SPDX-License-Identifier: Apache-2.0
#include "sysctl/value_number.h"

#include "base/strings.h"

namespace podsysctl::sysctl {

std::strong_ordering operator<=>(const Number& left, const Number& right) noexcept {
  if (left.negative != right.negative) {
    return left.negative ? std::strong_ordering::less : std::strong_ordering::greater;
  }
  return left.negative ? right.magnitude <=> left.magnitude : left.magnitude <=> right.magnitude;
}

std::optional<Number> read_number(std::string_view word) noexcept {
  const bool minus = word.starts_with('-');
  if (minus) {
    word.remove_prefix(1);
  }
  int base = 10;
  if (word.starts_with("0x") || word.starts_with("0X")) {
    base = 16;
    word.remove_prefix(2);
  } else if (word.size() > 1 && word.front() == '0') {
    base = 8;
  }
  const auto magnitude = parse_number<std::uint64_t>(word, base);
  if (!magnitude) {
    return std::nullopt;
  }
  return Number{minus && *magnitude != 0, *magnitude};
}

std::optional<std::vector<Number>> read_numbers(std::string_view value) {
  std::vector<Number> numbers;
  for (const std::string_view word : split_words(value)) {
    const auto number = read_number(word);
    if (!number) {
      return std::nullopt;
    }
    numbers.push_back(*number);
  }
  if (numbers.empty()) {
    return std::nullopt;
  }
  return numbers;
}

std::string to_string(const Number& number) {
  return fmt::format("{}{}", number.negative ? "-" : "", number.magnitude);
}

bool in_range(const Number& number, const Range& range) noexcept {
  if (number.negative) {
    // -magnitude >= min, without overflow at min = INT64_MIN
    return range.min < 0 && number.magnitude - 1 <= static_cast<std::uint64_t>(-(range.min + 1));
  }
  return number.magnitude <= range.max &&
         (range.min <= 0 || number.magnitude >= static_cast<std::uint64_t>(range.min));
}

std::expected<Number, std::string> checked_number(std::string_view word) {
  const auto number = read_number(word);
  if (!number) {
    return std::unexpected(in_quotes(word) + " is not a number that the kernel reads");
  }
  const std::string_view digits = word.substr(word.starts_with('-') ? 1 : 0);
  const auto decimal = parse_number<std::uint64_t>(digits);
  if (decimal && *decimal != number->magnitude) {
    return std::unexpected(fmt::format("the kernel reads {}, with its leading zero, as octal: {}",
                                       in_quotes(word), to_string(*number)));
  }
  return *number;
}

}  // namespace podsysctl::sysctl
