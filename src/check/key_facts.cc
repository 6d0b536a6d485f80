// SPDX-License-Identifier: Apache-2.0
#include "check/key_facts.h"

#include <algorithm>
#include <utility>

#include "policy/names.h"
#include "sysctl/constraint.h"
#include "sysctl/predict.h"

namespace podsysctl::check {
namespace {

constexpr std::size_t kMaxNames = 4096;

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

}  // namespace podsysctl::check
