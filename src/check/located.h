// SPDX-License-Identifier: Apache-2.0
// Takes the position off an error's text that was made with an empty name for its source:
// ":3:7: not valid YAML: …". Thread-safety: pure function.
#pragma once

#include <string>
#include <string_view>

#include "yaml/node.h"

namespace podsysctl::check {

struct Located {
  yaml::Position at;
  std::string text;
};

// `otherwise` where the text begins with no position.
[[nodiscard]] Located locate(std::string_view message, yaml::Position otherwise);

}  // namespace podsysctl::check
