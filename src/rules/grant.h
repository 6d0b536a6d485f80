// SPDX-License-Identifier: Apache-2.0
// Whether a pod may have one setting, by the policies that match it. Made once per pod.
// Thread-safety: immutable after for_pod(); the set and the pod must outlive it.
#pragma once

#include <optional>
#include <vector>

#include "policy/verdict.h"
#include "rules/decide.h"
#include "rules/types.h"

namespace podsysctl::rules {

class Grants {
 public:
  [[nodiscard]] static Grants for_pod(const PodFacts& pod, const PolicySet& set,
                                      const NodeFacts& node);

  // For a pod's wish, or a profile's setting.
  [[nodiscard]] policy::Verdict judge(const sysctl::Setting& wish, Source source) const;
  // For a default of the node, which needs nobody's leave: only denials and namespaces count.
  [[nodiscard]] policy::Verdict judge_default(const sysctl::Setting& setting) const;

  [[nodiscard]] OnForbidden on_forbidden() const noexcept { return on_forbidden_; }
  [[nodiscard]] std::optional<OnDrift> on_drift() const noexcept { return on_drift_; }
  [[nodiscard]] const Sources& sources() const noexcept { return sources_; }
  [[nodiscard]] bool any_unknown() const noexcept { return any_unknown_; }

 private:
  Grants(const PodFacts& pod, const NodeFacts& node) : pod_(pod), node_(node) {}

  // nullopt: nothing stands against it but that nobody allowed it yet.
  [[nodiscard]] std::optional<policy::Verdict> objection(const sysctl::Setting& wish) const;
  [[nodiscard]] std::optional<policy::Verdict> denial(const sysctl::SysctlKey& key) const;
  [[nodiscard]] policy::Verdict by_policies(const sysctl::Setting& wish, Source source) const;
  [[nodiscard]] policy::Verdict by_safe_list(const sysctl::Setting& wish, Source source) const;

  const PodFacts& pod_;
  const NodeFacts& node_;
  std::vector<const SysctlPolicy*> matching_;
  std::vector<const SysctlPolicy*> denying_;  // matching_, and those that may match
  OnForbidden on_forbidden_ = OnForbidden::reject;
  std::optional<OnDrift> on_drift_;
  Sources sources_;
  bool any_unknown_ = false;
};

}  // namespace podsysctl::rules
