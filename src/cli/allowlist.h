// SPDX-License-Identifier: Apache-2.0
// --allowed-unsafe-sysctls and --kubernetes-version, made into the allowlist of this node.
// Errors: invalid_argument, naming the pattern or the version. Thread-safety: pure function.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "policy/allowlist.h"

namespace podsysctl::cli {

// `lists` are comma-separated; "" is the newest version.
[[nodiscard]] Result<policy::Allowlist> make_allowlist(const std::vector<std::string>& lists,
                                                       const std::string& kubernetes_version);

}  // namespace podsysctl::cli
