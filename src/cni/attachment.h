// SPDX-License-Identifier: Apache-2.0
// The commands that touch an attachment or its record. The host's own network namespace is refused
// before anything is written, CNI_NETNS_OVERRIDE or not. Thread-safety: no shared state.
#pragma once

#include <string>
#include <vector>

#include "cni/request.h"

namespace podsysctl::cni {

using Notes = std::vector<std::string>;  // for standard error

// The result to print.
[[nodiscard]] Outcome<json::Value> add(const Environment& environment, const Config& config,
                                       Notes& notes);
// Every value that ADD set is still in force; blanks and spellings of numbers do not count.
[[nodiscard]] Outcome<> check(const Environment& environment, const Config& config);
// Success where there is nothing left to take back.
[[nodiscard]] Outcome<> del(const Environment& environment, const Config& config, Notes& notes);
// Forgets the attachments of this network that are not among the valid ones.
[[nodiscard]] Outcome<> collect(const Config& config);
// Whether the policies can be read.
[[nodiscard]] Outcome<> status(const Config& config);

}  // namespace podsysctl::cni
