// SPDX-License-Identifier: Apache-2.0
// The last decisions, for the pods that are alike: replicas ask for the same under the same
// policies, and a decision takes a quarter of the time that a runtime waits. Only what decides is
// compared (rules/decide.h is a pure function of it): not the pod's name. A set of policies that
// was replaced is another one, at another address for as long as it is held here.
// Thread-safety: one thread at a time.
#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include "rules/decide.h"

namespace podsysctl::agent {

class DecisionCache {
 public:
  using Decided = std::shared_ptr<const rules::Decision>;

  // nullptr: not known.
  [[nodiscard]] Decided find(const rules::PodFacts& pod,
                             const std::shared_ptr<const rules::PolicySet>& policies) const;
  void keep(rules::PodFacts pod, std::shared_ptr<const rules::PolicySet> policies,
            Decided decision);

 private:
  static constexpr std::size_t kMost = 32;

  struct Entry {
    rules::PodFacts pod;
    std::shared_ptr<const rules::PolicySet> policies;
    Decided decision;
  };
  std::vector<Entry> entries_;
  std::size_t next_ = 0;  // to be replaced
};

}  // namespace podsysctl::agent
