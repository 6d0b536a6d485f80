// SPDX-License-Identifier: Apache-2.0
#include "check/key_facts.h"

#include <algorithm>
#include <utility>

#include "base/strings.h"
#include "policy/names.h"
#include "sysctl/constraint.h"
#include "sysctl/predict.h"

namespace podsysctl::check {
namespace {

constexpr std::size_t kMaxNames = 4096;
constexpr std::size_t kFarthest = 2;         // edits
constexpr std::size_t kLongestGuessed = 80;  // bytes; the distance takes time with their square

bool is_related(const sysctl::SysctlKey& key) {
  return std::ranges::any_of(sysctl::constraints(), [&](const sysctl::Constraint& constraint) {
    return sysctl::match_pattern(constraint.first, key.name()) ||
           sysctl::match_pattern(constraint.second, key.name());
  });
}

KeyFacts facts_of(std::string_view name, const Context& context) {
  KeyFacts facts;
  const policy::KubernetesVersion version = context.kubernetes;
  facts.valid_name = policy::is_valid_name(name, version);
  facts.listed =
      context.allowlist.find(policy::normalised_name(name, version), policy::Allowlist::Part::all)
          .has_value();
  auto key = sysctl::SysctlKey::parse(name);
  if (!key) {
    return facts;
  }
  facts.key = *std::move(key);
  facts.entry = sysctl::find_entry(*facts.key);
  facts.related = is_related(*facts.key);
  if (facts.entry != nullptr) {
    facts.settability = sysctl::predict(*facts.entry, *facts.key, context.kernel.upstream);
  }
  return facts;
}

}  // namespace

const KeyFacts& KeyCache::of(std::string_view name) {
  if (const auto found = facts_.find(name); found != facts_.end()) {
    return found->second;
  }
  return facts_.emplace(std::string(name), facts_of(name, context_)).first->second;
}

void KeyCache::tidy() {
  if (facts_.size() > kMaxNames) {
    facts_.clear();
  }
}

std::string nearest_key(const sysctl::SysctlKey& key) {
  const std::string& name = key.name();
  if (name.size() > kLongestGuessed) {
    return "";
  }
  std::string_view nearest;
  std::size_t distance = kFarthest + 1;
  for (const sysctl::Entry& entry : sysctl::catalog_entries()) {
    const auto [shorter, longer] = std::minmax(entry.key.size(), name.size());
    if (longer - shorter >= distance) {
      continue;
    }
    const std::size_t edits = edit_distance(name, entry.key);
    if (edits < distance) {
      distance = edits;
      nearest = entry.key;
    }
  }
  return std::string(nearest);
}

}  // namespace podsysctl::check
