// SPDX-License-Identifier: Apache-2.0
#include "yaml/scalar.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>
#include <optional>
#include <string>
#include <utility>

#include "base/strings.h"

namespace podsysctl::yaml {
namespace {

constexpr std::string_view kTagPrefix = "tag:yaml.org,2002:";

template <std::size_t N>
bool any_of(const std::array<std::string_view, N>& words, std::string_view text) {
  return std::ranges::find(words, text) != words.end();
}

constexpr std::array<std::string_view, 11> kTrue{"y",    "Y",    "yes", "Yes", "YES", "true",
                                                 "True", "TRUE", "on",  "On",  "ON"};
constexpr std::array<std::string_view, 11> kFalse{"n",     "N",     "no",  "No",  "NO", "false",
                                                  "False", "FALSE", "off", "Off", "OFF"};
constexpr std::array<std::string_view, 5> kNull{"", "~", "null", "Null", "NULL"};
constexpr std::array<std::string_view, 3> kNan{".nan", ".NaN", ".NAN"};
constexpr std::array<std::string_view, 6> kInfinity{".inf",  ".Inf",  ".INF",
                                                    "+.inf", "+.Inf", "+.INF"};
constexpr std::array<std::string_view, 3> kNegativeInfinity{"-.inf", "-.Inf", "-.INF"};

bool is_digit(char c) { return c >= '0' && c <= '9'; }

Scalar of_integer(std::int64_t number) {
  return {ScalarType::integer, false, number, static_cast<double>(number)};
}
Scalar of_floating(double number) { return {ScalarType::floating, false, 0, number}; }

// Most keys and texts are none of the words below, which can be told at a glance.
bool may_be_word(std::string_view text) {
  constexpr std::size_t kLongest = 5;
  return text.size() <= kLongest &&
         (text.empty() || std::string_view("yYnNtTfFoO~.+-").find(text[0]) != text.npos);
}

std::optional<Scalar> resolve_word(std::string_view text) {
  if (!may_be_word(text)) {
    return std::nullopt;
  }
  if (any_of(kNull, text)) {
    return Scalar{ScalarType::null};
  }
  if (any_of(kTrue, text)) {
    return Scalar{ScalarType::boolean, true};
  }
  if (any_of(kFalse, text)) {
    return Scalar{ScalarType::boolean, false};
  }
  if (any_of(kNan, text)) {
    return of_floating(std::numeric_limits<double>::quiet_NaN());
  }
  if (any_of(kInfinity, text)) {
    return of_floating(std::numeric_limits<double>::infinity());
  }
  if (any_of(kNegativeInfinity, text)) {
    return of_floating(-std::numeric_limits<double>::infinity());
  }
  return std::nullopt;
}

// The base that the prefix names, and the prefix's length: 0x 0o 0b, or a leading 0 for octal.
std::pair<int, std::size_t> base_of(std::string_view digits) {
  if (digits.size() < 2 || digits[0] != '0') {
    return {10, 0};
  }
  switch (digits[1]) {
    case 'x':
    case 'X':
      return {16, 2};
    case 'o':
    case 'O':
      return {8, 2};
    case 'b':
    case 'B':
      return {2, 2};
    default:
      return {8, 1};
  }
}

std::optional<Scalar> resolve_integer(std::string_view text) {
  const bool negative = text.starts_with('-');
  if (negative || text.starts_with('+')) {
    text.remove_prefix(1);
  }
  const auto [base, prefix] = base_of(text);
  const std::optional<std::uint64_t> size = parse_number<std::uint64_t>(text.substr(prefix), base);
  if (!size) {
    return std::nullopt;
  }
  constexpr auto kLargest = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  if (negative) {
    if (*size > kLargest + 1) {
      return of_floating(-static_cast<double>(*size));
    }
    return of_integer(static_cast<std::int64_t>(~*size + 1));
  }
  if (*size > kLargest) {
    return of_floating(static_cast<double>(*size));
  }
  return of_integer(static_cast<std::int64_t>(*size));
}

// [-+]? ( .digits | digits [. digits?] ) ( [eE] [-+]? digits )?
bool looks_like_float(std::string_view text) {
  std::size_t at = 0;
  const auto skip_digits = [&] {
    const std::size_t start = at;
    while (at < text.size() && is_digit(text[at])) {
      ++at;
    }
    return at - start;
  };
  const auto skip_one_of = [&](std::string_view set) {
    const bool found = at < text.size() && set.find(text[at]) != std::string_view::npos;
    at += found ? 1 : 0;
    return found;
  };
  skip_one_of("+-");
  const std::size_t whole = skip_digits();
  const std::size_t fraction = skip_one_of(".") ? skip_digits() : 0;
  if (whole + fraction == 0) {
    return false;
  }
  if (skip_one_of("eE")) {
    skip_one_of("+-");
    if (skip_digits() == 0) {
      return false;
    }
  }
  return at == text.size();
}

std::optional<Scalar> resolve_float(std::string_view text) {
  if (!looks_like_float(text)) {
    return std::nullopt;
  }
  text.remove_prefix(text.starts_with('+') ? 1 : 0);
  double number = 0;
  const auto [rest, failure] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (failure != std::errc{} || rest != text.data() + text.size()) {
    return std::nullopt;  // out of range: text, as Kubernetes has it
  }
  return of_floating(number);
}

Scalar resolve_plain(std::string_view text) {
  if (const std::optional<Scalar> word = resolve_word(text)) {
    return *word;
  }
  if (!is_digit(text[0]) && text[0] != '+' && text[0] != '-' && text[0] != '.') {
    return {};
  }
  std::string digits(text);
  if (text[0] != '.') {
    std::erase(digits, '_');
    if (const std::optional<Scalar> integer = resolve_integer(digits)) {
      return *integer;
    }
  }
  return resolve_float(digits).value_or(Scalar{});
}

}  // namespace

Scalar resolve(std::string_view tag, Style style, std::string_view text) {
  if (tag.empty()) {
    return style == Style::quoted ? Scalar{} : resolve_plain(text);
  }
  if (!tag.starts_with(kTagPrefix)) {
    return {};
  }
  const std::string_view name = tag.substr(kTagPrefix.size());
  if (name == "binary") {
    return {ScalarType::unfit};
  }
  Scalar found = resolve_plain(text);
  if (name == "float" && found.type == ScalarType::integer) {
    found.type = ScalarType::floating;
  }
  using enum ScalarType;
  constexpr std::array<std::pair<std::string_view, ScalarType>, 4> kTyped{
      {{"bool", boolean}, {"int", integer}, {"float", floating}, {"null", null}}};
  for (const auto& [short_tag, type] : kTyped) {
    if (name == short_tag) {
      return found.type == type ? found : Scalar{unfit};
    }
  }
  return {};
}

bool is_null(const Node& node) {
  return node.kind == Kind::scalar && resolve(node).type == ScalarType::null;
}

}  // namespace podsysctl::yaml
