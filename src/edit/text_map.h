// SPDX-License-Identifier: Apache-2.0
// Where the lines and columns of a YAML or JSON reader are in the bytes of their text, and what
// stands around a byte. The text must outlive the map. Thread-safety: immutable.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>
#include <vector>

#include "yaml/node.h"

namespace podsysctl::edit {

class TextMap {
 public:
  explicit TextMap(std::string_view text);

  // None where the text has no such place. Takes constant time.
  [[nodiscard]] std::optional<std::size_t> offset(yaml::Position at) const;

  // Of the line that byte `offset` is in: its first byte, and the byte behind its line end.
  [[nodiscard]] std::size_t line_begin(std::size_t offset) const;
  [[nodiscard]] std::size_t line_end(std::size_t offset) const;
  // "\n" or "\r\n", as the line ends; of the last line, as the first one does.
  [[nodiscard]] std::string_view line_break(std::size_t offset) const;
  // Only blanks stand before `offset` in its line.
  [[nodiscard]] bool is_first_in_line(std::size_t offset) const;

  [[nodiscard]] std::string_view text() const noexcept { return text_; }

 private:
  struct Line {
    std::size_t byte;       // of its first character
    std::size_t character;  // counted from the text's start
  };

  std::string_view text_;
  std::vector<Line> lines_;
  std::vector<std::size_t> checkpoints_;  // the byte of every kStride-th character
  std::size_t characters_ = 0;
};

}  // namespace podsysctl::edit
