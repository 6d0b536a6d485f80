// SPDX-License-Identifier: Apache-2.0
// What `podsysctl policy` prints: the set, and what a pod gets and why, as text and as JSON
// (stable, see docs/policy.md). Text from outside is made printable. Thread-safety: pure functions.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cli/output.h"
#include "rules/decide.h"

namespace podsysctl::cli {

// One pod that was tested, and how it went.
struct PolicyTrial {
  std::string kind;  // of the object: "Pod", "Deployment"
  rules::PodFacts pod;
  rules::Decision decision;
};

// What becomes of the pod.
enum class TrialEnd : std::uint8_t { starts, starts_without, rejected };
[[nodiscard]] TrialEnd end_of(const PolicyTrial& trial) noexcept;

[[nodiscard]] std::string set_text(const rules::PolicySet& set);
[[nodiscard]] std::string set_json(const rules::PolicySet& set);

[[nodiscard]] std::string trial_text(const PolicyTrial& trial, const rules::PolicySet& set,
                                     Table::Colours colours);
[[nodiscard]] std::string trials_json(const std::vector<PolicyTrial>& trials,
                                      const rules::PolicySet& set);

}  // namespace podsysctl::cli
