// SPDX-License-Identifier: Apache-2.0
// The specs of SysctlPolicy and SysctlProfile. Faults are noted in Problems: with any, the whole
// file is refused, so what is returned then does not matter. Thread-safety: pure functions.
#pragma once

#include <cstddef>

#include "pod/problems.h"
#include "rules/types.h"
#include "yaml/value.h"

namespace podsysctl::rules {

inline constexpr std::size_t kMostKeys = 1000;  // of one policy or profile

// `spec` is the object's spec; name and place are the caller's.
[[nodiscard]] SysctlPolicy read_policy_spec(const yaml::Value& spec, pod::Problems& problems);

// `name` is written into the settings' origins.
[[nodiscard]] SysctlProfile read_profile_spec(const yaml::Value& spec, std::string_view name,
                                              pod::Problems& problems);

}  // namespace podsysctl::rules
