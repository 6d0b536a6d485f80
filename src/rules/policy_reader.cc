// SPDX-License-Identifier: Apache-2.0
#include "rules/policy_reader.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <utility>

#include <fmt/core.h>

#include "base/strings.h"
#include "rules/bounds_reader.h"
#include "rules/fields.h"
#include "rules/match_reader.h"
#include "sysctl/near_keys.h"
#include "sysctl/plan.h"
#include "sysctl/scope.h"
#include "sysctl/value.h"

namespace podsysctl::rules {
namespace {

using sysctl::SysctlKey;

constexpr std::array<std::string_view, kSources> kSourceTexts{"field", "annotation", "profile",
                                                              "alphaAnnotation"};
constexpr std::array<std::string_view, 3> kModeTexts{"Reject", "Degrade", "Warn"};
constexpr std::array<std::string_view, 2> kDriftTexts{"Report", "Repair"};

std::optional<KeyPattern> read_pattern(const yaml::Value& value, pod::Problems& problems) {
  const auto text = problems.keep(value, value.as_string());
  if (!text) {
    return std::nullopt;
  }
  auto pattern = KeyPattern::parse(*text);
  if (!pattern) {
    note(value, pattern.error(), problems);
    return std::nullopt;
  }
  return *std::move(pattern);
}

void read_allowed(const yaml::Value& item, SysctlPolicy& policy, pod::Problems& problems) {
  const Fields entry(item, kAllowedFields, problems);
  const auto name = entry.require("name", "name a sysctl, or a pattern like net.ipv4.tcp_*");
  const auto pattern = name ? read_pattern(*name, problems) : std::nullopt;
  Bounds bounds = read_bounds(entry);
  if (!pattern) {
    return;
  }
  const bool twice = std::ranges::any_of(
      policy.allowed, [&pattern](const AllowedKey& other) { return other.pattern == *pattern; });
  if (twice) {
    problems.error(*name, fmt::format("{} stands twice in this list; keep one", pattern->text()));
    return;
  }
  policy.allowed.push_back({*pattern, std::move(bounds)});
}

void read_mode(const Fields& fields, SysctlPolicy& policy) {
  const auto text = fields.text("onForbidden");
  if (!text) {
    return;
  }
  if (const auto mode = on_forbidden_from_string(*text)) {
    policy.on_forbidden = mode;
  } else {
    fields.problems().error(
        *fields.find("onForbidden"),
        fmt::format("{} is no mode{}", in_quotes(*text), nearest(*text, kModeTexts)));
  }
}

void read_on_drift(const Fields& fields, SysctlPolicy& policy) {
  const auto text = fields.text("onDrift");
  if (!text) {
    return;
  }
  policy.on_drift = on_drift_from_string(*text);
  if (!policy.on_drift) {
    fields.problems().error(
        *fields.find("onDrift"),
        fmt::format("{} is no mode{}", in_quotes(*text), nearest(*text, kDriftTexts)));
  }
}

void read_sources(const Fields& fields, SysctlPolicy& policy) {
  if (!fields.find("sources")) {
    return;
  }
  Sources sources;
  for (const yaml::Value& item : fields.list("sources", kSources)) {
    const auto text = fields.problems().keep(item, item.as_string());
    if (!text) {
      continue;
    }
    if (const auto source = source_from_string(*text)) {
      sources.add(*source);
    } else {
      fields.problems().error(
          item, fmt::format("{} is no source{}", in_quotes(*text), nearest(*text, kSourceTexts)));
    }
  }
  policy.sources = sources;
}

// Looking for them is not free, so only among the first faults.
std::string near_names(std::string_view name, const pod::Problems& problems) {
  constexpr std::size_t kMostGuesses = 20;
  if (problems.all().size() >= kMostGuesses) {
    return "";
  }
  const std::vector<std::string> near = sysctl::near_keys(name);
  return near.empty() ? "" : fmt::format("; did you mean {}?", near.front());
}

Result<SysctlKey> setting_key(const std::string& name, const pod::Problems& problems) {
  PSYS_TRY_ASSIGN(SysctlKey key, SysctlKey::parse(name));
  if (is_beyond_policies(key)) {
    return Error::of(
        Code::not_namespaced, "{}{}", why_beyond_policies(key),
        sysctl::scope_of(key) == sysctl::Scope::node ? near_names(name, problems) : "");
  }
  return key;
}

Result<> check_text(const SysctlKey& key, const std::string& value) {
  PSYS_TRY(check_value_text(key, value));
  return check_value(key, value);
}

void read_setting(const yaml::Value& item, SysctlProfile& profile, pod::Problems& problems) {
  const Fields entry(item, kSettingFields, problems);
  const auto name = entry.require("name", "name a sysctl");
  const auto value = entry.require("value", "write it in quotes: value: \"1\"");
  const auto name_text = entry.text("name");
  auto value_text = entry.text("value");
  if (!name_text || !value_text) {
    return;
  }
  auto key = setting_key(*name_text, problems);
  if (!key) {
    note(*name, key.error(), problems);
    return;
  }
  if (const Result<> checked = check_text(*key, *value_text); !checked) {
    note(*value, checked.error(), problems);
    return;
  }
  const auto twice = std::ranges::find(profile.settings, *key, &sysctl::Setting::key);
  if (twice != profile.settings.end()) {
    problems.error(*name, fmt::format("{} stands twice, first in line {}; keep one", key->name(),
                                      twice->origin.line));
    return;
  }
  profile.settings.push_back({.key = *std::move(key),
                              .value = *std::move(value_text),
                              .origin = {.kind = sysctl::Origin::Kind::profile,
                                         .source = std::string(item.source()),
                                         .line = name->at().line,
                                         .column = name->at().column},
                              .spelling = ""});
}

}  // namespace

SysctlPolicy read_policy_spec(const yaml::Value& spec, pod::Problems& problems) {
  const Fields fields(spec, kPolicySpecFields, problems);
  SysctlPolicy policy;
  if (const auto match = fields.require("match", "write match: {} for every pod")) {
    policy.match = read_match(*match, problems);
  }
  for (const yaml::Value& item : fields.list("allowed", kMostKeys)) {
    read_allowed(item, policy, problems);
  }
  for (const yaml::Value& item : fields.list("denied", kMostKeys)) {
    if (auto pattern = read_pattern(item, problems)) {
      policy.denied.push_back(*std::move(pattern));
    }
  }
  read_mode(fields, policy);
  read_on_drift(fields, policy);
  read_sources(fields, policy);
  return policy;
}

SysctlProfile read_profile_spec(const yaml::Value& spec, std::string_view name,
                                pod::Problems& problems) {
  const Fields fields(spec, kProfileSpecFields, problems);
  SysctlProfile profile;
  profile.name = name;
  if (const auto match = fields.find("match")) {
    profile.match = read_match(*match, problems);
  }
  if (fields.require("settings", "list name and value of each")) {
    for (const yaml::Value& item : fields.list("settings", kMostKeys)) {
      read_setting(item, profile, problems);
    }
  }
  if (const Result<> together = sysctl::check_satisfiable(profile.settings); !together) {
    note(*fields.find("settings"), together.error(), problems);
  }
  return profile;
}

}  // namespace podsysctl::rules
