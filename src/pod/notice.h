// SPDX-License-Identifier: Apache-2.0
// Something that a reader has to tell the user about a place in a manifest.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace podsysctl::pod {

enum class Severity : std::uint8_t { info, warning, error };

struct Notice {
  Severity severity = Severity::warning;
  std::string source;      // file name, or "<stdin>"
  std::size_t line = 0;    // 1-based
  std::size_t column = 0;  // 1-based, in characters
  std::string path;        // "spec.containers[0].lifecycle"; "" for the whole document
  std::string message;

  // "pod.yaml:8:5: spec.tolerations: ignored: no scheduler here"
  [[nodiscard]] std::string text() const;
};

}  // namespace podsysctl::pod
