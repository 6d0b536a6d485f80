// SPDX-License-Identifier: Apache-2.0
// A pod's settings put into its sandbox and on record: requested, previous, effective, state.
// Thread-safety: as Store.
#pragma once

#include <string_view>
#include <vector>

#include "base/result.h"
#include "node/node.h"
#include "sysctl/setting.h"
#include "sysctl/target.h"

namespace podsysctl::node {

// Reason of the pod and its event when the kernel refused what the rules allowed.
inline constexpr std::string_view kSysctlFailed = "SysctlNotApplied";

// All in force and read back, or an error and none of them. The second form is for a pod whose
// namespaces came with its container.
[[nodiscard]] Result<> put_sysctls(const EngineNode& node, const store::PodRecord& pod,
                                   const std::vector<sysctl::Setting>& settings);

[[nodiscard]] Result<> put_sysctls(const EngineNode& node, const store::PodRecord& pod,
                                   const std::vector<sysctl::Setting>& settings,
                                   const sysctl::Target& target);

// On record as applied by the runtime, without a value read back: the container, which was the
// sandbox, ended before it could be looked at.
[[nodiscard]] Result<> put_unseen(const EngineNode& node, const store::PodRecord& pod,
                                  const std::vector<sysctl::Setting>& settings);

// On record as refused; nothing is written.
[[nodiscard]] Result<> put_refused(const Node& node, const store::PodRecord& pod,
                                   const std::vector<sysctl::Setting>& settings);

}  // namespace podsysctl::node
