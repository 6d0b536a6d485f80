// SPDX-License-Identifier: Apache-2.0
// A script writes sysctls in its order, a container runtime in any. Thread-safety: pure function.
#pragma once

#include <string>
#include <vector>

#include "migrate/plan.h"

namespace podsysctl::migrate {

// What a person must know of settings that depend on each other once the field holds them.
[[nodiscard]] std::vector<std::string> order_remarks(const Settings& settings);

}  // namespace podsysctl::migrate
