// SPDX-License-Identifier: Apache-2.0
// The value of one key in force at a TARGET: a pod or container of ours, pid:N or netns:PATH.
// Nothing is written. Errors: not_found for a target that does not exist or run, unsupported for a
// form of TARGET that this version does not know, permission. Thread-safety: as Store.
#pragma once

#include <optional>
#include <string>

#include "base/result.h"
#include "sysctl/key.h"

namespace podsysctl::cli {

struct TargetValue {
  std::string target;
  std::optional<std::string> value;
  std::string remark;  // why there is no value, or whose it is; mostly ""
};

[[nodiscard]] Result<TargetValue> value_at(const std::string& target, const sysctl::SysctlKey& key,
                                           const std::string& root);

// The value that this process sees; nullopt where there is none or it cannot be read.
[[nodiscard]] std::optional<std::string> value_here(const sysctl::SysctlKey& key);

}  // namespace podsysctl::cli
