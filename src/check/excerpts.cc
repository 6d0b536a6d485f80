// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "check/units.h"

namespace podsysctl::check {
namespace {

constexpr std::size_t kBefore = 100;  // bytes of the line that are shown before the column
constexpr std::size_t kAfter = 100;

bool is_continuation(char c) { return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U; }

// Goes forward through a text, from position to position.
class Pointer {
 public:
  Pointer(std::string_view text, std::size_t offset, yaml::Position at)
      : text_(text), offset_(offset), at_(at) {}

  // The byte at a position that is not before the last one asked for.
  std::size_t find(yaml::Position wanted) {
    while (at_.line < wanted.line) {
      const std::size_t newline = text_.find('\n', offset_);
      if (newline == std::string_view::npos) {
        offset_ = text_.size();
        return offset_;
      }
      offset_ = newline + 1;
      at_ = {at_.line + 1, 1};
    }
    while (at_.column < wanted.column && offset_ < text_.size() && text_[offset_] != '\n') {
      ++offset_;
      while (offset_ < text_.size() && is_continuation(text_[offset_])) {
        ++offset_;
      }
      ++at_.column;
    }
    return offset_;
  }

 private:
  std::string_view text_;
  std::size_t offset_;
  yaml::Position at_;
};

// The line around byte `at`, cut to a window; blanks before it count as they are.
void fill(std::string_view text, std::size_t at, Finding& finding) {
  std::size_t begin = at;
  while (begin > 0 && at - begin < kBefore && text[begin - 1] != '\n') {
    --begin;
  }
  while (begin < at && is_continuation(text[begin])) {
    ++begin;
  }
  std::size_t end = at;
  while (end < text.size() && end - at < kAfter && text[end] != '\n' && text[end] != '\r') {
    ++end;
  }
  while (end > at && end < text.size() && is_continuation(text[end])) {
    --end;
  }
  finding.excerpt = std::string(text.substr(begin, end - begin));
  finding.caret = static_cast<std::uint32_t>(std::ranges::count_if(
      text.substr(begin, at - begin), [](char c) { return !is_continuation(c); }));
}

}  // namespace

void fill_excerpts(std::string_view text, const Part& part, std::vector<Finding>& findings) {
  const auto offset = static_cast<std::size_t>(part.text.data() - text.data());
  Pointer pointer(text, offset, part.start);
  for (Finding& finding : findings) {
    if (finding.line >= part.start.line) {
      fill(text, pointer.find({finding.line, finding.column}), finding);
    }
  }
}

}  // namespace podsysctl::check
