// SPDX-License-Identifier: Apache-2.0
// Which OCI runtime the wrapper stands in front of, and where the policies are: by flag, by the
// variable PODSYSCTL_RUNTIME, by /etc/podsysctl/runtime.yaml, else runc or crun of $PATH. A name is
// looked up in $PATH. Errors: not_found with what to install; invalid_argument with the place in
// the file; conflict where the choice is the wrapper itself. Thread-safety: no shared state.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "oci/command_line.h"

namespace podsysctl::oci {

inline constexpr const char* kRuntimeConfig = "/etc/podsysctl/runtime.yaml";

struct RuntimeConfig {
  std::optional<std::string> runtime;
  std::optional<std::string> policy_folder;
};

// {runtime: crun, policyDir: /etc/podsysctl/policy.d}; unknown fields are refused.
[[nodiscard]] Result<RuntimeConfig> read_runtime_config(std::string_view text,
                                                        std::string_view source);

struct RuntimeChoice {
  std::string program;  // a path
  std::string policy_folder;
};

using Lookup = std::function<std::optional<std::string>(const std::string& variable)>;

// Fills in what `line` does not say. The file may be missing unless --podsysctl-config names it.
[[nodiscard]] Result<RuntimeChoice> choose_runtime(const CommandLine& line, const Lookup& variable);

}  // namespace podsysctl::oci
