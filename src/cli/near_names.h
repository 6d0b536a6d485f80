// SPDX-License-Identifier: Apache-2.0
// Which key was meant by a name that nobody has. Thread-safety: pure functions.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cli/kernel_facts.h"

namespace podsysctl::cli {

// The nearest names of the catalogue and of the kernel, best first, five at most: few edits away,
// or with the same last component ("somaxconn"). Interfaces keep their names.
[[nodiscard]] std::vector<std::string> near_names(const KernelFacts& kernel, std::string_view name);

}  // namespace podsysctl::cli
