// SPDX-License-Identifier: Apache-2.0
#include "check/rules.h"

#include <algorithm>
#include <utility>

#include <fmt/core.h>

#include "base/strings.h"

namespace podsysctl::check {
namespace {

constexpr std::string_view kPrefix = "PSC";
constexpr std::size_t kDigits = 3;

constexpr std::array<std::string_view, 4> kSeverityNames{"off", "info", "warning", "error"};

}  // namespace

std::string_view to_string(Severity severity) noexcept {
  return kSeverityNames.at(static_cast<std::size_t>(severity));
}

std::optional<Severity> severity_from_string(std::string_view text) noexcept {
  const auto found = std::ranges::find(kSeverityNames, text);
  if (found == kSeverityNames.end()) {
    return std::nullopt;
  }
  return static_cast<Severity>(found - kSeverityNames.begin());
}

std::size_t index_of(Rule rule) noexcept {
  const auto found = std::ranges::lower_bound(kRules, rule, {}, &RuleInfo::rule);
  return static_cast<std::size_t>(found - kRules.begin());
}

const RuleInfo& info_of(Rule rule) noexcept { return kRules.at(index_of(rule)); }

std::string id_of(Rule rule) {
  return fmt::format("{}{:03}", kPrefix, static_cast<unsigned>(rule));
}

std::optional<Rule> rule_from_id(std::string_view id) noexcept {
  if (!id.starts_with(kPrefix) || id.size() != kPrefix.size() + kDigits) {
    return std::nullopt;
  }
  const auto number = parse_number<std::uint16_t>(id.substr(kPrefix.size()));
  const auto found = std::ranges::find_if(kRules, [&](const RuleInfo& info) {
    return number == static_cast<std::uint16_t>(info.rule);
  });
  return found == kRules.end() ? std::nullopt : std::optional(found->rule);
}

Severities default_severities() noexcept {
  Severities severities{};
  std::ranges::transform(kRules, severities.begin(), &RuleInfo::severity);
  return severities;
}

}  // namespace podsysctl::check
