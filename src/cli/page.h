// SPDX-License-Identifier: Apache-2.0
// A page of text for a terminal: headings, labelled paragraphs wrapped at words, texts to copy.
// Text from outside is made printable. Thread-safety: values.
#pragma once

#include <string>
#include <string_view>

#include "cli/output.h"

namespace podsysctl::cli {

class Page {
 public:
  explicit Page(Table::Colours colours) : colours_(colours) {}

  // A line of its own, an empty line above it.
  void heading(std::string_view title, Colour colour = Colour::bold);
  // "  label   text", the text wrapped beside the label. An empty text leaves the line out.
  void item(std::string_view label, std::string_view text, Colour colour = Colour::none);
  // "  text", wrapped. An empty text leaves it out.
  void paragraph(std::string_view text);
  // "  - text", wrapped beside the dash. An empty text leaves it out.
  void bullet(std::string_view text);
  // Lines as they are, further in.
  void literal(std::string_view lines);

  [[nodiscard]] const std::string& text() const noexcept { return out_; }

 private:
  void wrapped(std::string_view text, std::size_t indent, Colour colour);

  Table::Colours colours_;
  std::string out_;
};

}  // namespace podsysctl::cli
