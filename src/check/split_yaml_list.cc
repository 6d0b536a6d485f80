// SPDX-License-Identifier: Apache-2.0
// Where an entry of a block sequence begins can be told by its line: the lines of block and plain
// scalars inside an entry are indented deeper than its dash. Quoted texts are not bound to that,
// and an alias may name what stands in another entry: an entry that could hold either is read here
// by itself, and where that fails the list is not cut.
#include <algorithm>
#include <utility>

#include <fmt/core.h>

#include "check/runner.h"
#include "check/split.h"
#include "yaml/reader.h"

namespace podsysctl::check {
namespace {

constexpr std::string_view kItems = "items:";

struct Line {
  std::size_t begin = 0;
  std::string_view text;  // without the line break
  std::uint32_t number = 0;

  [[nodiscard]] std::size_t indent() const {
    return std::min(text.find_first_not_of(' '), text.size());
  }
};

// Nothing, or a comment.
bool is_blank(std::string_view rest) {
  const std::size_t first = rest.find_first_not_of(" \t");
  return first == std::string_view::npos || rest[first] == '#';
}

bool is_entry(std::string_view content) { return content == "-" || content.starts_with("- "); }

// Markers of documents and directives.
bool is_boundary(std::string_view line) {
  return line.starts_with("---") || line.starts_with("...") || line.starts_with('%');
}

bool is_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '-';
}

bool may_hold_alias(std::string_view text) {
  for (std::size_t at = text.find('*'); at != std::string_view::npos; at = text.find('*', at + 1)) {
    const bool begins = at == 0 || std::string_view(" \t\n[{,").contains(text[at - 1]);
    if (begins && at + 1 < text.size() && is_word(text[at + 1])) {
      return true;
    }
  }
  return false;
}

bool is_even(std::string_view text, char c) { return std::ranges::count(text, c) % 2 == 0; }

bool may_hold_open_quotes(std::string_view text) {
  return !is_even(text, '"') || !is_even(text, '\'') || text.contains("\\\"");
}

bool is_document(std::string_view text) {
  yaml::DocumentReader reader(text, "", manifest_limits());
  const auto first = reader.next();
  if (!first || !*first) {
    return false;
  }
  const auto second = reader.next();
  return second && !*second;
}

class Cutter {
 public:
  explicit Cutter(const Part& whole) : whole_(whole), text_(whole.text) {}

  std::optional<CutList> cut() && {
    if (!find_items() || !take_entries() || !take_rest()) {
      return std::nullopt;
    }
    list_.start = whole_.start;
    return std::move(list_);
  }

 private:
  std::optional<Line> next_line() {
    if (at_ >= text_.size()) {
      return std::nullopt;
    }
    const std::size_t newline = std::min(text_.find('\n', at_), text_.size());
    Line line{at_, text_.substr(at_, newline - at_), number_++};
    line.text.remove_suffix(line.text.ends_with('\r') ? 1 : 0);
    at_ = newline + 1;
    return line;
  }

  // Up to and with "items:" of the outermost mapping.
  bool find_items() {
    bool any = false;
    while (const auto line = next_line()) {
      if (line->text.starts_with(kItems) && is_blank(line->text.substr(kItems.size()))) {
        const std::string_view head = text_.substr(0, line->begin);
        list_.envelope = fmt::format("{}{} []\n", head, kItems);
        return !may_hold_open_quotes(head);
      }
      const bool first_marker =
          !any && line->text.starts_with("---") && is_blank(line->text.substr(3));
      if (is_boundary(line->text) && !first_marker) {
        return false;
      }
      any = any || !is_blank(line->text);
    }
    return false;
  }

  // Up to and with the first line that is none of the entries'.
  bool take_entries() {
    std::optional<Line> open;  // the first line of the entry being read
    while (const auto line = next_line()) {
      const std::size_t indent = line->indent();
      const std::string_view content = line->text.substr(indent);
      if (content.empty() || content.starts_with('#') || (open && indent > open->indent())) {
        continue;
      }
      if (is_entry(content) && (!open || indent == open->indent())) {
        if (open && !close(*open, line->begin)) {
          return false;
        }
        open = line;
        continue;
      }
      rest_ = line->begin;
      return open && indent == 0 && !content.starts_with('\t') && !content.starts_with('-') &&
             !is_boundary(content) && close(*open, line->begin);
    }
    rest_ = text_.size();
    return open && close(*open, text_.size());
  }

  bool close(const Line& first, std::size_t end) {
    const std::string_view entry = text_.substr(first.begin, end - first.begin);
    if (list_.items.size() == kMaxCutItems ||
        ((may_hold_open_quotes(entry) || may_hold_alias(entry)) && !is_document(entry))) {
      return false;
    }
    list_.items.push_back({.text = entry,
                           .start = {whole_.start.line + first.number, 1},
                           .path = fmt::format("items[{}]", list_.items.size()),
                           .form = Part::Form::list_entry});
    return true;
  }

  // What follows the entries: kind and metadata, as programs write them.
  bool take_rest() {
    at_ = rest_;
    while (const auto line = next_line()) {
      if (is_boundary(line->text)) {
        return false;
      }
    }
    list_.envelope += text_.substr(rest_);
    return true;
  }

  const Part& whole_;
  std::string_view text_;
  std::size_t at_ = 0;
  std::size_t rest_ = 0;
  std::uint32_t number_ = 0;
  CutList list_;
};

}  // namespace

std::optional<CutList> cut_yaml_list(const Part& whole) { return Cutter(whole).cut(); }

}  // namespace podsysctl::check
