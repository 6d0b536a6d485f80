// SPDX-License-Identifier: Apache-2.0
// From what was seen to what it means. Thread-safety: pure functions.
#pragma once

#include <vector>

#include "sysctl/probe.h"
#include "sysctl/probe_leaks.h"
#include "sysctl/probe_views.h"

namespace podsysctl::sysctl {

// Sorted by key. A key whose appearance changed with another kind of namespace than its name says
// gets the scope that was seen, and a note.
[[nodiscard]] std::vector<ProbedKey> classify(const Views& views, KernelVersion kernel);

}  // namespace podsysctl::sysctl
