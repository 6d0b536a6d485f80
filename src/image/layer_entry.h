// SPDX-License-Identifier: Apache-2.0
// The names in a layer: what they mean and where they go. Pure. Private to src/image.
// Errors: invalid_argument. Thread-safety: no shared state.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace podsysctl::image {

struct LayerName {
  enum class Kind : std::uint8_t {
    entry,     // `path` is to be made
    whiteout,  // `path` is hidden in the layers below
    opaque,    // so is all that `path`, a folder, holds there
    skipped    // book-keeping of aufs
  };
  Kind kind = Kind::entry;
  std::string path;  // relative, without "", "." and ".." components; "" is the layer's top
};

// Refuses "..", and whiteouts that name nothing or lie inside a whiteout.
[[nodiscard]] Result<LayerName> layer_name(std::string_view name);

// The same for the target of a hard link: always a path.
[[nodiscard]] Result<std::string> layer_path(std::string_view name);

enum class XattrRule : std::uint8_t { keep, drop, refuse };
[[nodiscard]] XattrRule xattr_rule(std::string_view name) noexcept;

}  // namespace podsysctl::image
