// SPDX-License-Identifier: Apache-2.0
// JSON (RFC 8259) read with limits and written without throwing: the only place where the parser's
// exceptions are met. Values keep the order of their members. Callers that touch a Value include
// <nlohmann/json.hpp> in their .cc file; to read one, json/cursor.h is enough.
// Limits are checked while reading, before the tree grows: hostile text costs what the limits
// allow. Errors: invalid_argument, with the name given, and the byte where the text is at fault.
// Thread-safety: no shared state.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include <nlohmann/json_fwd.hpp>

#include "base/result.h"

namespace podsysctl::json {

using Value = nlohmann::ordered_json;

struct Limits {
  std::size_t bytes = std::size_t{16} << 20U;
  std::size_t depth = 64;          // arrays and objects within one another
  std::size_t values = 1'000'000;  // of any kind, in the whole text
};

// `name` (a path, "manifest of nginx") begins every error. Duplicate keys, text after the value,
// comments and invalid UTF-8 are refused.
[[nodiscard]] Result<Value> parse(std::string_view text, std::string_view name,
                                  const Limits& limits = {});

enum class Layout { compact, indented };

// Bytes that are not UTF-8 become U+FFFD. The tree must be shallow: one that was parsed here is.
[[nodiscard]] std::string dump(const Value& value, Layout layout = Layout::compact);

}  // namespace podsysctl::json
