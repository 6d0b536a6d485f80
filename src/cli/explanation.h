// SPDX-License-Identifier: Apache-2.0
// Everything that `explain` says about one key, gathered: the facts of this kernel, values now,
// rules with other keys, what it takes to set it, who recommends it. Presentation is elsewhere
// (explain_page.h, explain_json.h). Thread-safety: values.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "cli/kernel_facts.h"
#include "cli/target_value.h"
#include "cli/ways_to_set.h"
#include "sysctl/profile.h"

namespace podsysctl::cli {

// What a constraint says about this key and another. "{interface}" stands for any interface.
struct Interaction {
  std::string other;
  std::string why;  // "" where the two are only related
};

struct Recommendation {
  const sysctl::Profile* profile;
  const sysctl::ProfileSetting* setting;
  bool on_node;
};

struct Explanation {
  std::string kernel_release;
  FactSource source;
  KeyFacts facts;
  std::optional<std::string> host_value;
  std::optional<TargetValue> target;
  std::vector<Interaction> interactions;
  std::vector<Recommendation> recommendations;
  std::string inheritance;  // why a pod has the host's value or not: one or two sentences
  std::string kubernetes;   // whether a pod may ask for it, and how it is allowed
  std::vector<Way> ways;
};

// not_found, with the names that are near, for a key that neither this kernel nor the catalogue
// has; the errors of value_at() for a TARGET.
[[nodiscard]] Result<Explanation> explain_key(const KernelFacts& kernel,
                                              const sysctl::SysctlKey& key);

[[nodiscard]] std::vector<Interaction> interactions_of(const sysctl::SysctlKey& key,
                                                       const sysctl::Entry* entry);

}  // namespace podsysctl::cli
