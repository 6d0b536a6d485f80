// SPDX-License-Identifier: Apache-2.0
// The rules of the constraint table among one set of settings: which pairs break a rule, and which
// must be written before which. What plan.h is made of; not for use beside it.
// Thread-safety: pure functions.
#pragma once

#include <cstddef>
#include <expected>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "sysctl/constraint.h"
#include "sysctl/plan.h"

namespace podsysctl::sysctl {

// Two settings, by their index in the set, that a constraint is about.
struct RelatedPair {
  const Constraint* constraint;
  std::size_t first;
  std::size_t second;
};

// A setting with a partner in an `ordered` constraint that is not in the set.
struct LonePartner {
  const Constraint* constraint;
  std::size_t index;
  SysctlKey partner;
  bool setting_is_lower;
};

struct Relations {
  std::vector<RelatedPair> pairs;
  std::vector<LonePartner> lone;
};

// Keys must be unique in the set. Linear in the number of settings.
[[nodiscard]] Relations relations_among(std::span<const Setting> settings);

// Refuses a pair whose wanted values can never hold together.
[[nodiscard]] Result<> check_pair(const RelatedPair& pair, std::span<const Setting> settings);

// Refuses a setting that breaks a rule with the partner's value in the target.
[[nodiscard]] Result<> check_lone(const LonePartner& lone, const Setting& setting,
                                  std::string_view partner_value);

struct Edge {
  std::size_t before;
  std::size_t after;
};

// The order that a pair needs, where it needs one. `previous` gives a setting's value now.
[[nodiscard]] std::vector<Edge> edges_of(std::span<const RelatedPair> pairs,
                                         std::span<const Setting> settings,
                                         std::span<const std::string> previous);

// Indices so that each edge is kept, else in rising order; or the indices that are left over,
// because their edges form a ring.
[[nodiscard]] std::expected<std::vector<std::size_t>, std::vector<std::size_t>> stable_order(
    std::size_t count, std::span<const Edge> edges);

}  // namespace podsysctl::sysctl
