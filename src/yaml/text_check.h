// SPDX-License-Identifier: Apache-2.0
// What must hold of a text before a parser sees it: size, UTF-8 (a byte order mark is cut), no NUL,
// and no flood of %TAG directives, which libyaml compares each with all former ones.
#pragma once

#include <cstddef>
#include <string_view>

#include "base/result.h"
#include "yaml/node.h"

namespace podsysctl::yaml {

// The text without its byte order mark, or the error with "SOURCE:LINE:COLUMN: ". `start` is where
// the text's first byte stands.
[[nodiscard]] Result<std::string_view> check_text(std::string_view text, std::string_view source,
                                                  std::size_t max_bytes, Position start = {1, 1});

// Where byte `offset` of a text stands. Linear in `offset`.
[[nodiscard]] Position position_of(std::string_view text, std::size_t offset,
                                   Position start = {1, 1});

// "SOURCE:LINE:COLUMN: message", invalid_argument.
[[nodiscard]] std::unexpected<Error> error_at(std::string_view source, Position at,
                                              std::string_view message);

}  // namespace podsysctl::yaml
