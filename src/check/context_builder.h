// SPDX-License-Identifier: Apache-2.0
// From flags and files to a Context. A flag wins over the policy file; allowlists of all sources
// add up. What a kubelet would not start with is a finding in its file, and is left out; what
// cannot be read at all is an error.
// Errors: invalid_argument, unsupported, not_found and those of reading. Thread-safety: pure
// function, but for reading files.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "check/context.h"
#include "check/finding.h"

namespace podsysctl::check {

struct ContextOptions {
  std::string kubernetes_version;
  std::string kernel_version;                       // a release, or "host"
  std::vector<std::string> allowed_unsafe_sysctls;  // values of the flag
  std::string kubelet_config;                       // paths; "": none
  std::string kubelet_drop_in;
  std::vector<std::string> policies;  // each a policy file of the repository, or policies for pods
  std::string pod_security;
  std::string runtime;
  std::vector<std::string> disabled;    // "PSC501", "PSC501,PSC309"
  std::vector<std::string> severities;  // "PSC501=error"
};

struct Prepared {
  Context context;
  // What is wrong with the files of the context, by file.
  std::vector<std::pair<std::string, std::vector<Finding>>> findings;
  Summary summary;
};

[[nodiscard]] Result<Prepared> prepare_context(const ContextOptions& options);

}  // namespace podsysctl::check
