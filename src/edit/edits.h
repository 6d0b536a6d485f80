// SPDX-License-Identifier: Apache-2.0
// Replacements in a text by byte offsets: everything outside of them stays as it is.
// Thread-safety: pure functions.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace podsysctl::edit {

// text[begin, end) becomes `text`; begin == end inserts.
struct Edit {
  std::size_t begin = 0;
  std::size_t end = 0;
  std::string text;
};

// In the order of their places, those at one place in the order given. Errors: conflict where two
// overlap, invalid_argument outside of the text.
[[nodiscard]] Result<std::vector<Edit>> ordered(std::vector<Edit> edits, std::size_t text_size);

// `edits` as ordered() gives them.
[[nodiscard]] std::string apply_edits(std::string_view text, std::span<const Edit> edits);

// What `diff -u` prints, with three lines around each change; "" where nothing changes. `edits` as
// ordered() gives them. Linear in the text.
[[nodiscard]] std::string unified_diff(std::string_view text, std::span<const Edit> edits,
                                       std::string_view name);

}  // namespace podsysctl::edit
