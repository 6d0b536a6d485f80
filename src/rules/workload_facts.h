// SPDX-License-Identifier: Apache-2.0
// What a manifest says about its pods, for decisions without a cluster: everything is known but the
// labels of the namespace. Errors: invalid_argument, "FILE:LINE:COLUMN: path: …", for annotations,
// labels, images and sysctls of the wrong type. Thread-safety: pure function.
#pragma once

#include <string_view>

#include "base/result.h"
#include "pod/workload.h"
#include "rules/pod_facts.h"

namespace podsysctl::rules {

// `name_space` is for manifests that name none.
[[nodiscard]] Result<PodFacts> facts_of(const pod::Workload& workload, std::string_view name_space);

}  // namespace podsysctl::rules
