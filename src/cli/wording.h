// SPDX-License-Identifier: Apache-2.0
// How facts about kernel parameters are said to people: colours and phrases that `catalog` and
// `explain` share. Thread-safety: pure functions.
#pragma once

#include <string>
#include <string_view>

#include "cli/output.h"
#include "sysctl/catalog.h"

namespace podsysctl::cli {

[[nodiscard]] Colour colour_of(sysctl::Settability settability);

// "for sockets made afterwards"; "" where it is not known.
[[nodiscard]] std::string_view effect_text(sysctl::Effect effect);

// "1..65535", "0|1|2", "vector of 3": the legal values in a few words.
[[nodiscard]] std::string values_text(const sysctl::Entry& entry);

// "a pod's own since Linux 4.15; only with CONFIG_X"
[[nodiscard]] std::string kernels_text(const sysctl::Entry& entry);

}  // namespace podsysctl::cli
