// SPDX-License-Identifier: Apache-2.0
#include "rules/bounds_reader.h"

#include <algorithm>
#include <utility>

#include <fmt/core.h>

#include "base/strings.h"
#include "yaml/scalar.h"

namespace podsysctl::rules {
namespace {

using sysctl::Number;

constexpr std::size_t kMostElements = 16;  // no sysctl has as many numbers
constexpr std::size_t kMostChoices = 1000;

std::optional<Number> read_bound(const yaml::Value& value, pod::Problems& problems) {
  const yaml::Node& node = value.node();
  const auto type = yaml::resolve(node).type;
  const bool is_number = node.kind == yaml::Kind::scalar &&
                         (type == yaml::ScalarType::integer || type == yaml::ScalarType::floating);
  if (!is_number) {
    problems.error(value, fmt::format("must be a number, but is {}", yaml::type_name(node)));
    return std::nullopt;
  }
  const auto number = sysctl::checked_number(node.text);
  if (!number) {
    problems.error(value, fmt::format("{} is not taken: {}", in_quotes(node.text), number.error()));
    return std::nullopt;
  }
  return *number;
}

std::vector<Number> read_numbers(const Fields& entry, std::string_view name) {
  std::vector<Number> numbers;
  const auto found = entry.find(name);
  if (!found) {
    return numbers;
  }
  if (found->node().kind != yaml::Kind::sequence) {
    if (const auto number = read_bound(*found, entry.problems())) {
      numbers.push_back(*number);
    }
    return numbers;
  }
  for (const yaml::Value& item : entry.list(name, kMostElements)) {
    if (const auto number = read_bound(item, entry.problems())) {
      numbers.push_back(*number);
    }
  }
  if (found->node().items.empty()) {
    entry.problems().error(*found, "is empty; write a number, or one for each element");
  }
  return numbers;
}

// Values are texts; a plain number is taken for its text.
std::vector<std::string> read_choices(const Fields& entry) {
  std::vector<std::string> choices;
  for (const yaml::Value& item : entry.list("oneOf", kMostChoices)) {
    if (item.node().kind != yaml::Kind::scalar || trim(item.node().text).empty()) {
      entry.problems().error(item, "must be a value: a string or a number");
    } else {
      choices.emplace_back(item.node().text);
    }
  }
  const auto found = entry.find("oneOf");
  if (found && found->node().kind == yaml::Kind::sequence && found->node().items.empty()) {
    entry.problems().error(*found,
                           "is empty, which would allow no value; list values, or remove "
                           "it to allow all");
  }
  return choices;
}

void check_spans(const Fields& entry, const Bounds& bounds) {
  const std::size_t least = bounds.min.size();
  const std::size_t most = bounds.max.size();
  if (least > 1 && most > 1 && least != most) {
    entry.problems().error(
        *entry.find("max"),
        fmt::format("has {} numbers, and min has {}: give as many", most, least));
    return;
  }
  for (std::size_t i = 0; least != 0 && most != 0 && i < std::max(least, most); ++i) {
    const Number& low = bounds.min[least == 1 ? 0 : i];
    const Number& high = bounds.max[most == 1 ? 0 : i];
    if (high < low) {
      entry.problems().error(*entry.find("max"),
                             fmt::format("{} is below min {}, which would allow no value",
                                         to_string(high), to_string(low)));
      return;
    }
  }
}

}  // namespace

Bounds read_bounds(const Fields& entry) {
  Bounds bounds{read_numbers(entry, "min"), read_numbers(entry, "max"), read_choices(entry)};
  if (!bounds.one_of.empty() && (!bounds.min.empty() || !bounds.max.empty())) {
    entry.problems().error(*entry.find("oneOf"),
                           "stands beside min or max; give either values or a span");
  }
  check_spans(entry, bounds);
  return bounds;
}

}  // namespace podsysctl::rules
