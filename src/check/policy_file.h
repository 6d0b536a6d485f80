// SPDX-License-Identifier: Apache-2.0
// `--policy FILE`: the context of a repository, written down once. All fields may be left out, no
// others are taken:
//   kubernetesVersion: "1.31"
//   kernelVersion: 6.1.0-13-amd64
//   runtime: containerd
//   podSecurity: baseline:1.31
//   allowedUnsafeSysctls: [net.core.somaxconn, "kernel.msg*"]
//   rules: {PSC501: off, PSC309: error}
// Errors: invalid_argument, "FILE:LINE:COLUMN: field: …". Thread-safety: pure function.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "check/kubelet_config.h"
#include "check/rules.h"

namespace podsysctl::check {

struct PolicyFile {
  std::string kubernetes_version;  // "": not given
  std::string kernel_version;
  std::string runtime;
  std::string pod_security;
  std::vector<NodePattern> patterns;
  std::vector<std::pair<Rule, Severity>> rules;
};

[[nodiscard]] Result<PolicyFile> read_policy_file(std::string_view text, std::string_view source);

}  // namespace podsysctl::check
