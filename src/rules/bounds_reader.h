// SPDX-License-Identifier: Apache-2.0
// min, max and oneOf of an allowed key. Numbers are whole, from -2^64+1 to 2^64-1, or lists of
// them. Faults are noted in Problems. Thread-safety: pure function.
#pragma once

#include "rules/bounds.h"
#include "rules/fields.h"

namespace podsysctl::rules {

[[nodiscard]] Bounds read_bounds(const Fields& entry);

}  // namespace podsysctl::rules
