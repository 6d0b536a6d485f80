// SPDX-License-Identifier: Apache-2.0
// By what pods of this node are admitted: the allowlist of the configuration and of a
// KubeletConfiguration, the latter's defaultPodSysctls, and the node's labels. Read anew whenever
// one of the files changes; a pod is judged by one and the same NodePolicy from start to end.
// Errors: those of the files, naming file and line. Thread-safety: immutable once loaded.
#pragma once

#include <optional>
#include <string>

#include "base/result.h"
#include "pod/node.h"
#include "pod/spec.h"
#include "policy/allowlist.h"
#include "policy/default_sysctls.h"
#include "service/config.h"

namespace podsysctl::service {

struct NodePolicy {
  policy::Allowlist allowlist;
  std::optional<policy::DefaultSysctls> defaults;
  pod::Labels labels;
  std::string fingerprint;  // differs where a verdict could
};

// Reads config.kubelet_config, too.
[[nodiscard]] Result<NodePolicy> load_policy(const Config& config);

// What the node adds to a pod. Errors: denied_by_policy where its nodeSelector does not match.
[[nodiscard]] Result<> admit_to_node(const NodePolicy& policy, pod::PodSpec& spec);

}  // namespace podsysctl::service
