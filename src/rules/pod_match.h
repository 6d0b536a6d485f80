// SPDX-License-Identifier: Apache-2.0
// Which pods a policy or a profile is for: every criterion that is given must hold. A criterion
// about something that is not known of the pod answers `unknown`: what allows or sets does not
// count then, what denies does. Thread-safety: immutable values, pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rules/pod_facts.h"

namespace podsysctl::rules {

enum class Answer : std::uint8_t { no, unknown, yes };

// A Kubernetes label selector: matchLabels and matchExpressions, all of which must hold.
struct LabelRequirement {
  enum class Operator : std::uint8_t { in, not_in, exists, does_not_exist };
  std::string key;
  Operator op = Operator::in;
  std::vector<std::string> values;
};

struct LabelSelector {
  std::vector<LabelRequirement> requirements;  // empty: everything

  // The first requirement that the labels break; nullptr where they keep all.
  [[nodiscard]] const LabelRequirement* broken_by(const Labels& labels) const;
};

// "app in (web, api)", "tier exists".
[[nodiscard]] std::string describe(const LabelRequirement& requirement);

struct PodMatch {
  std::vector<std::string> namespaces;  // globs; one must fit; empty: any
  std::optional<LabelSelector> namespace_selector;
  std::optional<LabelSelector> pod_selector;
  std::vector<std::string> service_accounts;  // globs; one must fit; empty: any
  std::vector<std::string> images;            // globs; every image must fit one; empty: any
};

enum class Criterion : std::uint8_t {
  none,
  namespaces,
  namespace_selector,
  pod_selector,
  service_accounts,
  images,
};

// The worst answer, and the criterion that gave it.
struct MatchResult {
  Answer answer = Answer::yes;
  Criterion criterion = Criterion::none;
};

[[nodiscard]] MatchResult match(const PodMatch& wanted, const PodFacts& pod);

// Why: "spec.match.namespaces: default is none of web, team-*"; "" where the answer is yes.
[[nodiscard]] std::string explain(const MatchResult& result, const PodMatch& wanted,
                                  const PodFacts& pod);

}  // namespace podsysctl::rules
