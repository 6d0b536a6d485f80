// SPDX-License-Identifier: Apache-2.0
#include "check/key_facts.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/strings.h"
#include "policy/names.h"
#include "sysctl/constraint.h"
#include "sysctl/predict.h"

namespace podsysctl::check {
namespace {

constexpr std::size_t kMaxNames = 4096;
constexpr std::size_t kFarthest = 2;         // edits
constexpr std::size_t kLongestGuessed = 80;  // bytes

bool is_related(const sysctl::SysctlKey& key) {
  return std::ranges::any_of(sysctl::constraints(), [&](const sysctl::Constraint& constraint) {
    return sysctl::match_pattern(constraint.first, key.name()) ||
           sysctl::match_pattern(constraint.second, key.name());
  });
}

// How many edits lead from one text to the other; more than kFarthest where it takes more. Only the
// cells near the diagonal count, and most texts are given up after a few characters: hundreds of
// names are compared for each that is unknown.
std::size_t edits_up_to_two(std::string_view left, std::string_view right) {
  constexpr std::size_t kBand = 2 * kFarthest + 1;
  constexpr std::size_t kTooFar = kFarthest + 1;
  const std::size_t longer = std::max(left.size(), right.size());
  if (longer - std::min(left.size(), right.size()) > kFarthest) {
    return kTooFar;
  }
  // cell[i] is the distance of the first `row` characters of left to the first row + i - kFarthest
  // of right.
  std::array<std::size_t, kBand + 1> cell{};
  cell.fill(kTooFar);
  for (std::size_t i = kFarthest; i < kBand; ++i) {
    cell.at(i) = i - kFarthest;
  }
  for (std::size_t row = 1; row <= left.size(); ++row) {
    std::size_t least = kTooFar;
    std::size_t before = kTooFar;  // the cell to the left
    for (std::size_t i = 0; i < kBand; ++i) {
      std::size_t best = std::min(before, cell.at(i + 1)) + 1;
      const bool inside = row + i >= kFarthest && row + i - kFarthest <= right.size();
      if (inside && row + i > kFarthest) {
        const bool same = left[row - 1] == right[row + i - kFarthest - 1];
        best = std::min(best, cell.at(i) + (same ? 0U : 1U));
      } else if (inside) {
        best = std::min(best, row);
      }
      before = cell.at(i) = inside ? std::min(best, kTooFar) : kTooFar;
      least = std::min(least, before);
    }
    if (least == kTooFar) {
      return kTooFar;
    }
  }
  return cell.at(right.size() + kFarthest - left.size());
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
    const std::size_t edits = edits_up_to_two(name, entry.key);
    if (edits < distance) {
      distance = edits;
      nearest = entry.key;
    }
  }
  return std::string(nearest);
}

}  // namespace podsysctl::check
