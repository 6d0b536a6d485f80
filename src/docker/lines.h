// SPDX-License-Identifier: Apache-2.0
// A stream of JSON documents, one a line, from bytes as they come. Errors: invalid_argument for a
// line beyond the limit; those of the caller. Thread-safety: one thread per object.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace podsysctl::docker {

inline constexpr std::size_t kLineLimit = std::size_t{1} << 20U;

class LineReader {
 public:
  // Never sees an empty line.
  using Use = std::function<Result<>(std::string_view line)>;
  // Passes on the lines that end in this piece.
  [[nodiscard]] Result<> feed(std::string_view piece, const Use& use);
  // The stream has ended: what is left counts as a line.
  [[nodiscard]] Result<> end(const Use& use);

 private:
  std::string rest_;
};

}  // namespace podsysctl::docker
