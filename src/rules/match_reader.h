// SPDX-License-Identifier: Apache-2.0
// spec.match of both kinds -> PodMatch. Faults are noted in Problems. Thread-safety: pure function.
#pragma once

#include "pod/problems.h"
#include "rules/pod_match.h"
#include "yaml/value.h"

namespace podsysctl::rules {

// Of each list of names, globs, labels or values.
inline constexpr std::size_t kMostInList = 1000;

[[nodiscard]] PodMatch read_match(const yaml::Value& object, pod::Problems& problems);

}  // namespace podsysctl::rules
