// SPDX-License-Identifier: Apache-2.0
// The value of one key in force at a TARGET (live/target.h). Nothing is written. Errors: those of
// finding the target, permission. Thread-safety: as Store.
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

}  // namespace podsysctl::cli
