// SPDX-License-Identifier: Apache-2.0
// The allowlist of this node: the safe list of a Kubernetes version and patterns beside it, for the
// kernel that runs. Errors: invalid_argument, naming the pattern or the version. Thread-safety: no
// shared state.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "policy/allowlist.h"

namespace podsysctl::live {

// "" is the newest version known.
[[nodiscard]] Result<policy::Allowlist> allowlist_here(const std::vector<std::string>& patterns,
                                                       const std::string& kubernetes_version);

}  // namespace podsysctl::live
