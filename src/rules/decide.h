// SPDX-License-Identifier: Apache-2.0
// What a pod gets: its own wishes, the profile that it names, profiles that select it and the
// node's defaults, each key from the first of these that has it, held against the policies.
//
// A key is granted where it is on the Kubernetes safe list, or a policy that matches the pod allows
// key, value and source. A policy's entry for a safe key bounds that key, too. What any matching
// policy denies nobody gets; nor what belongs to the node, leaks to it on this kernel, or is owned
// by a namespace that the pod shares with the host. Grants add up over policies; a denial counts
// also where it is not known whether its policy matches, a grant does not.
// Only what the pod itself asked for can have it rejected: what a selecting profile or a default
// may not set is left out, with its verdict. The strictest onForbidden that matching policies
// state holds; Reject where none does. A forbidden wish counts as not uttered: the next source has
// its turn. Pure, no I/O, no locks: called for every sandbox. Thread-safety: pure function.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "policy/admission.h"
#include "policy/allowlist.h"
#include "policy/verdict.h"
#include "rules/pod_facts.h"
#include "rules/types.h"
#include "sysctl/kernel_version.h"
#include "sysctl/setting.h"

namespace podsysctl::rules {

// What of the node decides.
struct NodeFacts {
  const policy::Allowlist& safe_list;           // without patterns, unless the kubelet has some
  std::optional<sysctl::KernelVersion> kernel;  // for known leaks
  std::span<const sysctl::Setting> defaults;    // origin: node_default
};

// In the order of precedence.
enum class Level : std::uint8_t { pod, named_profile, selected_profile, node_default };
[[nodiscard]] std::string_view to_string(Level level) noexcept;

enum class Fate : std::uint8_t {
  granted,
  forbidden,   // asked for by the pod, and not to be had
  left_out,    // likewise, but of a selecting profile or a default
  overridden,  // an earlier level, or an earlier profile, has the key
};
[[nodiscard]] std::string_view to_string(Fate fate) noexcept;

struct Judged {
  sysctl::Setting setting;
  Level level = Level::pod;
  std::string profile;  // "" where none has it
  Fate fate = Fate::granted;
  policy::Verdict verdict;  // of `overridden`: allowed, its message names what overrides it
};

struct Decision {
  OnForbidden on_forbidden = OnForbidden::reject;
  std::optional<OnDrift> on_drift;  // repair where one that matches states it; unset: none does
  std::vector<Judged> judged;       // every wish, in the order of precedence
  std::vector<policy::Verdict> offences;  // what the pod asked for and does not get
  std::vector<std::string> notices;       // about what is ignored
  bool unknown_matches = false;  // a policy or profile may match: something of the pod is not known

  // What to put into effect, unless the pod is rejected.
  [[nodiscard]] std::vector<sysctl::Setting> settings() const;
  // Under Reject, with offences.
  [[nodiscard]] std::optional<policy::Rejection> rejection(policy::KubernetesVersion version) const;
};

[[nodiscard]] Decision decide(const PodFacts& pod, const PolicySet& set, const NodeFacts& node);

}  // namespace podsysctl::rules
