// SPDX-License-Identifier: Apache-2.0
#include "rules/types.h"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/core.h>

namespace podsysctl::rules {
namespace {

constexpr std::array<std::pair<Source, std::string_view>, kSources> kSourceNames{
    {{Source::field, "field"},
     {Source::annotation, "annotation"},
     {Source::profile, "profile"},
     {Source::alpha_annotation, "alphaAnnotation"}}};

constexpr std::array<std::pair<OnForbidden, std::string_view>, 3> kModeNames{
    {{OnForbidden::warn, "Warn"},
     {OnForbidden::degrade, "Degrade"},
     {OnForbidden::reject, "Reject"}}};

constexpr std::array<std::pair<OnDrift, std::string_view>, 2> kDriftNames{
    {{OnDrift::report, "Report"}, {OnDrift::repair, "Repair"}}};

template <class T, std::size_t N>
std::string_view name_in(const std::array<std::pair<T, std::string_view>, N>& names, T value) {
  const auto found = std::ranges::find(names, value, [](const auto& row) { return row.first; });
  return found == names.end() ? std::string_view{} : found->second;
}

template <class T, std::size_t N>
std::optional<T> value_in(const std::array<std::pair<T, std::string_view>, N>& names,
                          std::string_view text) {
  const auto found = std::ranges::find(names, text, [](const auto& row) { return row.second; });
  return found == names.end() ? std::nullopt : std::optional(found->first);
}

}  // namespace

std::string_view to_string(Source source) noexcept { return name_in(kSourceNames, source); }

std::optional<Source> source_from_string(std::string_view text) noexcept {
  return value_in(kSourceNames, text);
}

Sources Sources::by_default() {
  Sources sources;
  for (const Source source : {Source::field, Source::annotation, Source::profile}) {
    sources.add(source);
  }
  return sources;
}

std::string Sources::text() const {
  std::string text;
  for (const auto& [source, name] : kSourceNames) {
    if (has(source)) {
      text += (text.empty() ? "" : ", ") + std::string(name);
    }
  }
  return text.empty() ? "none" : text;
}

std::string_view to_string(OnForbidden mode) noexcept { return name_in(kModeNames, mode); }

std::optional<OnForbidden> on_forbidden_from_string(std::string_view text) noexcept {
  return value_in(kModeNames, text);
}

std::string_view to_string(OnDrift on_drift) noexcept { return name_in(kDriftNames, on_drift); }

std::optional<OnDrift> on_drift_from_string(std::string_view text) noexcept {
  return value_in(kDriftNames, text);
}

std::string Place::text() const { return line == 0 ? file : fmt::format("{}:{}", file, line); }

const AllowedKey* SysctlPolicy::entry_of(const sysctl::SysctlKey& key) const noexcept {
  const AllowedKey* best = nullptr;
  for (const AllowedKey& entry : allowed) {
    if (entry.pattern.matches(key) &&
        (best == nullptr || best->pattern.weight() < entry.pattern.weight())) {
      best = &entry;
    }
  }
  return best;
}

const KeyPattern* SysctlPolicy::denial_of(const sysctl::SysctlKey& key) const noexcept {
  const auto found = std::ranges::find_if(
      denied, [&key](const KeyPattern& pattern) { return pattern.matches(key); });
  return found == denied.end() ? nullptr : &*found;
}

const SysctlProfile* PolicySet::find_profile(std::string_view name) const noexcept {
  const auto found = std::ranges::find(profiles, name, &SysctlProfile::name);
  return found == profiles.end() ? nullptr : &*found;
}

}  // namespace podsysctl::rules
