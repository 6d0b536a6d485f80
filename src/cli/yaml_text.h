// SPDX-License-Identifier: Apache-2.0
// A JSON tree as YAML: block style, members in their order, every text in double quotes, so that no
// reader takes "no" or "1.10" for something else. Thread-safety: pure functions.
#pragma once

#include <string>

#include "json/json.h"

namespace podsysctl::cli {

// Ends with a newline. Names of members are plain words.
[[nodiscard]] std::string yaml_text(const json::Value& value);

}  // namespace podsysctl::cli
