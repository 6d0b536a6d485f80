// SPDX-License-Identifier: Apache-2.0
// The annotation by which an object silences rules, with a reason for each:
//   podsysctl.io/check-ignore: "PSC501: nginx reads its backlog from a file; PSC201: …"
// On the object or on its pod template. What is not of that form silences nothing and is a finding.
// Thread-safety: pure functions.
#pragma once

#include <vector>

#include "check/finding.h"
#include "check/workload.h"

namespace podsysctl::check {

inline constexpr std::string_view kIgnoreAnnotation = "podsysctl.io/check-ignore";

// Enters the workload's object into the sink, with what it silences.
void enter_workload(const Workload& workload, Sink& sink);

}  // namespace podsysctl::check
