// SPDX-License-Identifier: Apache-2.0
#include "edit/text_map.h"

#include <algorithm>

namespace podsysctl::edit {
namespace {

constexpr std::size_t kStride = 256;
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

bool is_continuation(char c) { return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U; }

// The length of what YAML 1.1 counts as a line's end at `at`, or 0. JSON's readers know the first
// three only, but have the others in strings alone.
std::size_t break_length(std::string_view rest, bool is_json) {
  if (rest.starts_with("\r\n")) {
    return 2;
  }
  if (rest.starts_with('\n') || rest.starts_with('\r')) {
    return 1;
  }
  if (!is_json && rest.starts_with("\xC2\x85")) {  // NEL
    return 2;
  }
  return !is_json && (rest.starts_with("\xE2\x80\xA8") || rest.starts_with("\xE2\x80\xA9")) ? 3 : 0;
}

}  // namespace

TextMap::TextMap(std::string_view text) : text_(text) {
  std::size_t at = text.starts_with(kByteOrderMark) ? kByteOrderMark.size() : 0;
  const std::size_t first = text.find_first_not_of(" \t\r\n", at);
  const bool is_json =
      first != std::string_view::npos && (text[first] == '{' || text[first] == '[');
  lines_.push_back({at, 0});
  while (at < text.size()) {
    if (characters_ % kStride == 0) {
      checkpoints_.push_back(at);
    }
    ++characters_;
    const std::size_t length = break_length(text.substr(at, 3), is_json);
    if (length > 0) {
      at += length;
      lines_.push_back({at, characters_});
      continue;
    }
    do {
      ++at;
    } while (at < text.size() && is_continuation(text[at]));
  }
}

std::optional<std::size_t> TextMap::offset(yaml::Position at) const {
  if (at.line == 0 || at.column == 0 || at.line > lines_.size()) {
    return std::nullopt;
  }
  const std::size_t wanted = lines_[at.line - 1].character + at.column - 1;
  const std::size_t limit = at.line < lines_.size() ? lines_[at.line].character : characters_ + 1;
  if (wanted >= limit || wanted > characters_) {
    return std::nullopt;
  }
  if (wanted == characters_) {
    return text_.size();
  }
  std::size_t byte = checkpoints_[wanted / kStride];
  for (std::size_t left = wanted % kStride; left > 0; --left) {
    const bool two = text_.substr(byte).starts_with("\r\n");
    byte += two ? 2 : 1;
    while (byte < text_.size() && is_continuation(text_[byte])) {
      ++byte;
    }
  }
  return byte;
}

std::size_t TextMap::line_begin(std::size_t offset) const {
  const auto after = std::ranges::upper_bound(lines_, offset, {}, &Line::byte);
  return after == lines_.begin() ? 0 : (after - 1)->byte;
}

std::size_t TextMap::line_end(std::size_t offset) const {
  const auto after = std::ranges::upper_bound(lines_, offset, {}, &Line::byte);
  return after == lines_.end() ? text_.size() : after->byte;
}

std::string_view TextMap::line_break(std::size_t offset) const {
  std::size_t end = line_end(offset);
  if (!text_.substr(0, end).ends_with('\n')) {
    end = line_end(0);
  }
  return text_.substr(0, end).ends_with("\r\n") ? "\r\n" : "\n";
}

bool TextMap::is_first_in_line(std::size_t offset) const {
  const std::size_t begin = line_begin(offset);
  return text_.substr(begin, offset - begin).find_first_not_of(" \t") == std::string_view::npos;
}

}  // namespace podsysctl::edit
