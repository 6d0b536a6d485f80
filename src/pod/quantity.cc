// SPDX-License-Identifier: Apache-2.0
#include "pod/quantity.h"

#include <algorithm>
#include <array>
#include <limits>
#include <optional>

#include "base/strings.h"

namespace podsysctl::pod {
namespace {

__extension__ using Wide = unsigned __int128;

constexpr std::size_t kMaxDigits = 18;  // below 2^60: with the shift of Ei it stays below 2^120
constexpr std::int64_t kLargest = std::numeric_limits<std::int64_t>::max();

struct Suffix {
  std::string_view text;
  int exponent;
  unsigned shift;
};
constexpr std::array<Suffix, 16> kSuffixes{{{"", 0, 0},
                                            {"n", -9, 0},
                                            {"u", -6, 0},
                                            {"m", -3, 0},
                                            {"k", 3, 0},
                                            {"M", 6, 0},
                                            {"G", 9, 0},
                                            {"T", 12, 0},
                                            {"P", 15, 0},
                                            {"E", 18, 0},
                                            {"Ki", 0, 10},
                                            {"Mi", 0, 20},
                                            {"Gi", 0, 30},
                                            {"Ti", 0, 40},
                                            {"Pi", 0, 50},
                                            {"Ei", 0, 60}}};

std::optional<Suffix> parse_suffix(std::string_view text) {
  const auto found = std::ranges::find(kSuffixes, text, &Suffix::text);
  if (found != kSuffixes.end()) {
    return *found;
  }
  if (!text.starts_with('e') && !text.starts_with('E')) {
    return std::nullopt;
  }
  text.remove_prefix(1);
  text.remove_prefix(text.starts_with('+') ? 1 : 0);
  const std::optional<int> exponent = parse_number<int>(text);
  if (!exponent || *exponent > 100 || *exponent < -100) {
    return std::nullopt;
  }
  return Suffix{"", *exponent, 0};
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

}  // namespace

Result<Quantity> Quantity::parse(std::string_view text) {
  const auto refuse = [whole = text] {
    return Error::of(Code::invalid_argument,
                     "{} is not a quantity; examples: 500m, 2, 128Mi, 1.5Gi, 64k, 1e3",
                     in_quotes(whole));
  };
  Quantity quantity;
  quantity.negative_ = text.starts_with('-');
  text.remove_prefix(text.starts_with('-') || text.starts_with('+') ? 1 : 0);
  std::string digits;
  bool fraction = false;
  bool any = false;
  for (; !text.empty() && (is_digit(text[0]) || (text[0] == '.' && !fraction));
       text.remove_prefix(1)) {
    if (text[0] == '.') {
      fraction = true;
      continue;
    }
    any = true;
    if (!digits.empty() || text[0] != '0') {
      digits += text[0];
    }
    quantity.exponent_ -= fraction ? 1 : 0;
  }
  const std::optional<Suffix> suffix = parse_suffix(text);
  if (!any || !suffix || digits.size() > kMaxDigits) {
    return refuse();
  }
  quantity.digits_ = digits.empty() ? 0 : parse_number<std::uint64_t>(digits).value_or(0);
  quantity.exponent_ += suffix->exponent;
  quantity.shift_ = suffix->shift;
  return quantity;
}

std::int64_t Quantity::scaled(int power_of_ten) const {
  Wide number = Wide{digits_} << shift_;
  if (number == 0) {
    return 0;
  }
  const int power = exponent_ + power_of_ten;
  Wide divisor = 1;
  for (int i = 0; i > power && divisor <= number; --i) {
    divisor *= 10;
  }
  number = (number + divisor - 1) / divisor;
  constexpr auto kCap = static_cast<Wide>(kLargest);
  for (int i = 0; i < power && number <= kCap; ++i) {
    number *= 10;
  }
  const std::int64_t size = number > kCap ? kLargest : static_cast<std::int64_t>(number);
  return negative_ ? -size : size;
}

bool Quantity::is_fraction() const { return digits_ != 0 && scaled(0) == 1 && scaled(3) < 1000; }

}  // namespace podsysctl::pod
