// SPDX-License-Identifier: Apache-2.0
#include "cli/page.h"

#include <algorithm>

#include <fmt/core.h>

#include "base/strings.h"

namespace podsysctl::cli {
namespace {

constexpr std::size_t kWidth = 96;
constexpr std::size_t kIndent = 2;
constexpr std::size_t kLabelWidth = 14;
constexpr std::size_t kLiteralIndent = 6;

}  // namespace

void Page::heading(std::string_view title, Colour colour) {
  out_ += out_.empty() ? "" : "\n";
  out_ += painted(printable(title), colours_ == Table::Colours::on ? colour : Colour::none);
  out_ += '\n';
}

void Page::item(std::string_view label, std::string_view text, Colour colour) {
  if (text.empty()) {
    return;
  }
  const std::string name = printable(label);
  out_.append(kIndent, ' ');
  out_ += name;
  if (name.size() >= kLabelWidth) {
    out_ += '\n';
    out_.append(kIndent + kLabelWidth, ' ');
  } else {
    out_.append(kLabelWidth - name.size(), ' ');
  }
  wrapped(text, kIndent + kLabelWidth, colour);
}

void Page::paragraph(std::string_view text) {
  if (!text.empty()) {
    out_.append(kIndent, ' ');
    wrapped(text, kIndent, Colour::none);
  }
}

void Page::bullet(std::string_view text) {
  if (!text.empty()) {
    out_.append(kIndent, ' ');
    out_ += "- ";
    wrapped(text, kIndent + 2, Colour::none);
  }
}

void Page::literal(std::string_view lines) {
  for (const std::string_view line : split(lines, '\n')) {
    if (!line.empty()) {
      out_.append(kLiteralIndent, ' ');
      out_ += printable(line) + '\n';
    }
  }
}

// The cursor stands at column `indent`; colour counts for nothing in the width.
void Page::wrapped(std::string_view text, std::size_t indent, Colour colour) {
  const std::string clean = printable(text);
  std::string line;
  const auto put = [&] {
    out_ += painted(line, colours_ == Table::Colours::on ? colour : Colour::none) + '\n';
  };
  for (const std::string_view word : split_words(clean)) {
    if (!line.empty() && indent + line.size() + 1 + word.size() > kWidth) {
      put();
      out_.append(indent, ' ');
      line.clear();
    }
    line += line.empty() ? "" : " ";
    line += word;
  }
  put();
}

}  // namespace podsysctl::cli
