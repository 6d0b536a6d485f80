// SPDX-License-Identifier: Apache-2.0
// What a fresh namespace of this kernel starts with: from the probe's answers on record, which hold
// for this boot and set of modules, else read in throw-away namespaces, without a probe. A key of
// an interface that a fresh namespace does not have starts with the value of `default`.
// Errors: permission where namespaces cannot be made. Thread-safety: no shared state.
#pragma once

#include <map>
#include <span>
#include <string>

#include "base/result.h"
#include "sysctl/key.h"

namespace podsysctl::live {

// Without the keys that have none there, and those of user namespaces that are not on record.
[[nodiscard]] Result<std::map<sysctl::SysctlKey, std::string>> fresh_values(
    std::span<const sysctl::SysctlKey> keys, const std::string& root);

}  // namespace podsysctl::live
