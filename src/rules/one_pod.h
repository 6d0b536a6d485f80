// SPDX-License-Identifier: Apache-2.0
// What programs need that a container runtime starts for one pod (CNI plugin, OCI hook, runtime):
// no service holds policies and facts of the node for them. Thread-safety: no shared state.
#pragma once

#include <optional>
#include <string>

#include "base/result.h"
#include "policy/allowlist.h"
#include "rules/decide.h"
#include "rules/pod_facts.h"
#include "rules/types.h"
#include "sysctl/kernel_version.h"

namespace podsysctl::rules {

// The safe list of the newest Kubernetes for the running kernel, and what is known of that kernel.
class ThisNode {
 public:
  [[nodiscard]] static Result<ThisNode> read();
  // A view: this object must outlive it.
  [[nodiscard]] NodeFacts facts() const { return {safe_list_, kernel_, {}}; }
  [[nodiscard]] policy::KubernetesVersion version() const { return safe_list_.version(); }

 private:
  ThisNode(policy::Allowlist safe_list, std::optional<sysctl::KernelVersion> kernel)
      : safe_list_(std::move(safe_list)), kernel_(kernel) {}

  policy::Allowlist safe_list_;
  std::optional<sysctl::KernelVersion> kernel_;  // nullopt where uname(2) makes no sense
};

// As read_set(); a folder that is not there holds none.
[[nodiscard]] Result<PolicySet> read_set_if_there(const std::string& folder);

// Whether annotations ask for sysctls or name a profile. A pod that says nothing is not held up by
// somebody's slip in a policy file.
[[nodiscard]] bool ask_for_anything(const Labels& annotations);

}  // namespace podsysctl::rules
