// SPDX-License-Identifier: Apache-2.0
// Which fields of a v1 Pod are read, which are ignored with a word to the user, and which are
// refused because ignoring them would be unsafe: one table (field_rules.cc).
#pragma once

#include <string_view>

#include "pod/problems.h"
#include "yaml/value.h"

namespace podsysctl::pod {

// Judges every field of `object` that no reader reads. `kind` is the object's path in a Pod with
// list indices left out: "spec.containers[].securityContext".
void check_fields(const yaml::Value& object, std::string_view kind, Problems& problems);

}  // namespace podsysctl::pod
