// SPDX-License-Identifier: Apache-2.0
// What is asked for a pod, before anybody judges it: by the pod's field and annotations, by the
// profile that it names, by profiles that select it, and by the node. Thread-safety: pure function.
#pragma once

#include <string>
#include <vector>

#include "rules/decide.h"

namespace podsysctl::rules {

struct Wish {
  sysctl::Setting setting;
  Source source = Source::field;
};

struct WishGroup {
  Level level = Level::pod;
  std::string profile;
  std::vector<Wish> wishes;
};

struct Wishes {
  std::vector<WishGroup> groups;          // in the order of precedence
  std::vector<policy::Verdict> offences;  // annotations that cannot be read, an unknown profile
  std::vector<std::string> notices;
  bool any_unknown = false;
};

[[nodiscard]] Wishes wishes_of(const PodFacts& pod, const PolicySet& set, const NodeFacts& node,
                               const Sources& honoured);

}  // namespace podsysctl::rules
