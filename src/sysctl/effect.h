// SPDX-License-Identifier: Apache-2.0
// When a change of a key is felt, by the names that scripts know. Thread-safety: pure function.
#pragma once

#include <string_view>

#include "sysctl/catalog.h"

namespace podsysctl::sysctl {

// "at-once", "next-listen"; "" for unknown.
[[nodiscard]] std::string_view to_string(Effect effect) noexcept;

}  // namespace podsysctl::sysctl
