// SPDX-License-Identifier: Apache-2.0
#include "policy/kubernetes_version.h"

#include <algorithm>
#include <optional>

#include <fmt/core.h>

#include "base/strings.h"

namespace podsysctl::policy {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// Takes the leading digits off the text; none where there are none, or they are no plain number.
std::optional<std::uint64_t> take_number(std::string_view& text) {
  const auto end = std::ranges::find_if_not(text, is_digit);
  const std::string_view digits(text.begin(), end);
  text.remove_prefix(digits.size());
  return parse_number<std::uint64_t>(digits);
}

bool take_char(std::string_view& text, char c) {
  if (!text.starts_with(c)) {
    return false;
  }
  text.remove_prefix(1);
  return true;
}

std::unexpected<Error> not_a_version(std::string_view text) {
  return Error::of(Code::invalid_argument,
                   "{} is not a Kubernetes version: write it as 1.29 or v1.29.3", in_quotes(text));
}

// What may follow the minor number: nothing, ".3", ".3-rc.1", ".3+build", "+" (as managed
// clusters report it).
bool is_version_rest(std::string_view rest) {
  if (rest.empty() || rest == "+") {
    return true;
  }
  if (!take_char(rest, '.') || !take_number(rest)) {
    return false;
  }
  const auto is_suffix_char = [](char c) {
    return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' ||
           c == '.' || c == '+' || c == '~';
  };
  return rest.empty() || ((rest.front() == '-' || rest.front() == '+') && rest.size() > 1 &&
                          std::ranges::all_of(rest, is_suffix_char));
}

}  // namespace

Result<KubernetesVersion> KubernetesVersion::parse(std::string_view text) {
  std::string_view rest = text;
  take_char(rest, 'v');
  const std::optional<std::uint64_t> first = take_number(rest);
  if (!first || !take_char(rest, '.')) {
    return not_a_version(text);
  }
  const bool zero_prefixed = rest.starts_with('0') && rest.size() > 1 && is_digit(rest[1]);
  const std::optional<std::uint64_t> second = take_number(rest);
  if (!second || zero_prefixed || !is_version_rest(rest)) {
    return not_a_version(text);
  }
  if (*first == 0 || (*first == 1 && *second < kOldestMinor)) {
    return Error::of(
        Code::unsupported,
        "Kubernetes {}.{} is older than 1.{}, the first version with sysctls for pods: "
        "give a version from 1.{} to 1.{}",
        *first, *second, kOldestMinor, kOldestMinor, kNewestMinor);
  }
  if (*first > 1 || *second > kNewestMinor) {
    return Error::of(Code::unsupported,
                     "Kubernetes {}.{} is newer than 1.{}, the newest whose rules are known here: "
                     "give a version from 1.{} to 1.{}",
                     *first, *second, kNewestMinor, kOldestMinor, kNewestMinor);
  }
  return KubernetesVersion(static_cast<unsigned>(*second));
}

std::string KubernetesVersion::to_string() const { return fmt::format("1.{}", minor_number_); }

Result<KernelVersion> KernelVersion::parse(std::string_view text) {
  const auto refuse = [text](std::string_view rule) {
    return Error::of(Code::invalid_argument, "{} is not a kernel version: {}", in_quotes(text),
                     rule);
  };
  std::string_view rest = trim(text);
  take_char(rest, 'v');
  if (rest.size() > 1 && rest[0] == '0' && is_digit(rest[1])) {
    return refuse("its first number starts with 0");
  }
  std::array<std::uint64_t, kComponents> parts{};
  std::size_t count = 0;
  do {
    if (count > 0 && (rest.empty() || !is_digit(rest.front()))) {
      break;  // "6.1.": the dot belongs to what is not looked at
    }
    const std::optional<std::uint64_t> part = take_number(rest);
    if (!part) {
      return refuse("it must start with two numbers, like 6.1");
    }
    if (count < kComponents) {
      parts.at(count) = *part;
    }
    ++count;
  } while (take_char(rest, '.'));
  if (count < 2) {
    return refuse("it must start with two numbers, like 6.1");
  }
  return KernelVersion(parts);
}

std::string KernelVersion::to_string() const {
  std::string text = fmt::format("{}.{}", parts_[0], parts_[1]);
  std::size_t used = kComponents;
  while (used > 2 && parts_.at(used - 1) == 0) {
    --used;
  }
  for (std::size_t i = 2; i < used; ++i) {
    text += fmt::format(".{}", parts_.at(i));
  }
  return text;
}

}  // namespace podsysctl::policy
