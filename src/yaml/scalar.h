// SPDX-License-Identifier: Apache-2.0
// What a scalar means: YAML 1.1 as Kubernetes reads it (sigs.k8s.io/yaml): yes/no/on/off/y/n are
// booleans, 012 is ten, 0x1f and 0b11 are integers, `_` may group digits, ~ and nothing are null,
// dates stay text. Quoted scalars are strings.
#pragma once

#include <cstdint>

#include "yaml/node.h"

namespace podsysctl::yaml {

enum class ScalarType : std::uint8_t {
  null,
  boolean,
  integer,
  floating,
  string,
  unfit,  // the tag does not fit the text (!!int x), or is one that we do not read (!!binary)
};

struct Scalar {
  ScalarType type = ScalarType::string;
  bool boolean = false;
  std::int64_t integer = 0;  // integers beyond int64 are of type floating
  double floating = 0;
};

[[nodiscard]] Scalar resolve(std::string_view tag, Style style, std::string_view text);
[[nodiscard]] inline Scalar resolve(const Node& node) {
  return resolve(node.tag, node.style, node.text);
}

// A scalar that is null; false for collections.
[[nodiscard]] bool is_null(const Node& node);

}  // namespace podsysctl::yaml
