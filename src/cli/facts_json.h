// SPDX-License-Identifier: Apache-2.0
// KeyFacts as the JSON object that `catalog` and `explain` print (docs/catalog.md): every member is
// always there; what is not known is null or an empty list. Thread-safety: pure functions.
#pragma once

#include <string_view>

#include "cli/kernel_facts.h"
#include "json/json.h"

namespace podsysctl::cli {

[[nodiscard]] json::Value facts_json(const KeyFacts& facts);

// "vector", "gid_range": the names of data/README.md.
[[nodiscard]] std::string_view to_string(sysctl::ValueType type) noexcept;

}  // namespace podsysctl::cli
