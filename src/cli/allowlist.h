// SPDX-License-Identifier: Apache-2.0
// --allowed-unsafe-sysctls and --kubernetes-version, made into the allowlist of this node.
// Errors: invalid_argument, naming the pattern or the version. Thread-safety: pure function.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "policy/allowlist.h"

namespace podsysctl::cli {

// What several --allowed-unsafe-sysctls add up to.
[[nodiscard]] Result<std::vector<std::string>> patterns_of(const std::vector<std::string>& lists);

// `lists` are comma-separated; "" is the newest version.
[[nodiscard]] Result<policy::Allowlist> make_allowlist(const std::vector<std::string>& lists,
                                                       const std::string& kubernetes_version);

}  // namespace podsysctl::cli
