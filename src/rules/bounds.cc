// SPDX-License-Identifier: Apache-2.0
#include "rules/bounds.h"

#include <algorithm>
#include <cstddef>
#include <limits>

#include <fmt/core.h>

#include "base/strings.h"
#include "sysctl/catalog.h"
#include "sysctl/value.h"
#include "sysctl/value_list.h"

namespace podsysctl::rules {
namespace {

using sysctl::Number;
using sysctl::SysctlKey;

bool is_range_list(const SysctlKey& key) {
  const sysctl::Entry* const entry = sysctl::find_entry(key);
  return entry != nullptr && (entry->type == sysctl::ValueType::port_list ||
                              entry->type == sysctl::ValueType::bit_list);
}

// The numbers that spans are held against; nullopt where the value is not made of numbers.
std::optional<std::vector<Number>> numbers_of(const SysctlKey& key, std::string_view value) {
  if (!is_range_list(key)) {
    return sysctl::read_numbers(value);
  }
  const auto ranges = sysctl::read_ranges(value, {0, std::numeric_limits<std::uint64_t>::max()});
  if (!ranges) {
    return std::nullopt;
  }
  std::vector<Number> ends;
  for (const auto& [low, high] : *ranges) {
    ends.push_back({false, low});
    ends.push_back({false, high});
  }
  return ends;
}

const Number* bound_of(const std::vector<Number>& bounds, std::size_t index) {
  if (bounds.empty()) {
    return nullptr;
  }
  return &bounds[bounds.size() == 1 ? 0 : index];
}

std::string joined(const std::vector<Number>& numbers) {
  std::string text;
  for (const Number& number : numbers) {
    text += (text.empty() ? "" : " ") + to_string(number);
  }
  return text;
}

std::string place_of(std::size_t index, std::size_t count) {
  return count == 1 ? "" : fmt::format(" (number {} of {})", index + 1, count);
}

std::optional<std::string> outside(const std::vector<Number>& numbers, const Bounds& bounds) {
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    const Number* const least = bound_of(bounds.min, i);
    if (least != nullptr && numbers[i] < *least) {
      return fmt::format("{}{} is below the minimum {}", to_string(numbers[i]),
                         place_of(i, numbers.size()), to_string(*least));
    }
    const Number* const most = bound_of(bounds.max, i);
    if (most != nullptr && *most < numbers[i]) {
      return fmt::format("{}{} is above the maximum {}", to_string(numbers[i]),
                         place_of(i, numbers.size()), to_string(*most));
    }
  }
  return std::nullopt;
}

}  // namespace

std::optional<std::string> Bounds::broken_by(const SysctlKey& key, std::string_view value) const {
  if (!one_of.empty()) {
    const bool listed = std::ranges::any_of(
        one_of, [&](const std::string& choice) { return sysctl::same_value(key, choice, value); });
    return listed ? std::nullopt
                  : std::optional(
                        fmt::format("{} is none of {}", in_quotes(value), join(one_of, ", ")));
  }
  if (min.empty() && max.empty()) {
    return std::nullopt;
  }
  const auto numbers = numbers_of(key, value);
  if (!numbers) {
    return fmt::format("{} is not made of numbers, and the bounds are", in_quotes(value));
  }
  const std::size_t wanted = std::max(min.size(), max.size());
  if (wanted > 1 && numbers->size() != wanted) {
    return fmt::format("{} has {} numbers, and the bounds are for {}", in_quotes(value),
                       numbers->size(), wanted);
  }
  return outside(*numbers, *this);
}

std::string Bounds::text() const {
  if (!one_of.empty()) {
    return "one of " + join(one_of, ", ");
  }
  if (min.empty() && max.empty()) {
    return "any value";
  }
  if (max.empty()) {
    return "at least " + joined(min);
  }
  return min.empty() ? "at most " + joined(max) : fmt::format("{} to {}", joined(min), joined(max));
}

}  // namespace podsysctl::rules
