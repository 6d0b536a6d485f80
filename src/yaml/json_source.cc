// SPDX-License-Identifier: Apache-2.0
#include "yaml/json_source.h"

#include <algorithm>
#include <optional>

#include "base/strings.h"
#include "yaml/text_check.h"

namespace podsysctl::yaml {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool ends_word(char c) {
  return std::string_view(" \t\r\n,:{}[]\"").find(c) != std::string_view::npos;
}

// -? (0 | [1-9] digits) (. digits)? ([eE] [-+]? digits)?
bool is_number(std::string_view text) {
  const auto skip_digits = [&text] {
    const auto count =
        static_cast<std::size_t>(std::ranges::find_if_not(text, is_digit) - text.begin());
    text.remove_prefix(count);
    return count > 0;
  };
  text.remove_prefix(text.starts_with('-') ? 1 : 0);
  if (text.starts_with('0')) {
    text.remove_prefix(1);
  } else if (!skip_digits()) {
    return false;
  }
  if (text.starts_with('.')) {
    text.remove_prefix(1);
    if (!skip_digits()) {
      return false;
    }
  }
  if (text.starts_with('e') || text.starts_with('E')) {
    text.remove_prefix(1);
    text.remove_prefix(text.starts_with('-') || text.starts_with('+') ? 1 : 0);
    if (!skip_digits()) {
      return false;
    }
  }
  return text.empty();
}

void append_utf8(std::string& out, unsigned code_point) {
  const auto put = [&out](unsigned byte) { out += static_cast<char>(byte); };
  if (code_point < 0x80) {
    put(code_point);
  } else if (code_point < 0x800) {
    put(0xC0U | (code_point >> 6U));
    put(0x80U | (code_point & 0x3FU));
  } else if (code_point < 0x10000) {
    put(0xE0U | (code_point >> 12U));
    put(0x80U | ((code_point >> 6U) & 0x3FU));
    put(0x80U | (code_point & 0x3FU));
  } else {
    put(0xF0U | (code_point >> 18U));
    put(0x80U | ((code_point >> 12U) & 0x3FU));
    put(0x80U | ((code_point >> 6U) & 0x3FU));
    put(0x80U | (code_point & 0x3FU));
  }
}

std::optional<char> simple_escape(char c) {
  switch (c) {
    case '"':
    case '\\':
    case '/':
      return c;
    case 'b':
      return '\b';
    case 'f':
      return '\f';
    case 'n':
      return '\n';
    case 'r':
      return '\r';
    case 't':
      return '\t';
    default:
      return std::nullopt;
  }
}

bool is_high_surrogate(unsigned unit) { return unit >= 0xD800 && unit < 0xDC00; }
bool is_low_surrogate(unsigned unit) { return unit >= 0xDC00 && unit < 0xE000; }

}  // namespace

std::unexpected<Error> JsonSource::refuse(const TreeBuilder& builder, std::string_view message) {
  not_json_ = true;
  return error_at(builder.source(), position(), fmt::format("not valid JSON: {}", message));
}

void JsonSource::skip_blanks() {
  at_ = std::min(text_.find_first_not_of(" \t\r\n", at_), text_.size());
}

Position JsonSource::position() {
  for (; marked_ < at_; ++marked_) {
    const char c = text_[marked_];
    const bool line_end = c == '\n' || (c == '\r' && !text_.substr(marked_ + 1).starts_with('\n'));
    if (line_end) {
      mark_ = {mark_.line + 1, 1};
    } else if (c != '\r' && (static_cast<unsigned char>(c) & 0xC0U) != 0x80U) {
      ++mark_.column;
    }
  }
  return mark_;
}

bool JsonSource::yaml_follows() {
  skip_blanks();
  (void)position();
  return rest().starts_with("---") && mark_.column == 1;
}

Result<bool> JsonSource::next_document(TreeBuilder& builder) {
  not_json_ = false;
  open_.clear();
  skip_blanks();
  if (at_ >= text_.size()) {
    return false;
  }
  do {
    PSYS_TRY(read_value(builder));
    while (complete_ && !open_.empty()) {
      PSYS_TRY(close_or_continue(builder));
    }
  } while (!complete_);
  return true;
}

// Leaves `complete_` false where a collection was opened and its first value is expected.
Result<> JsonSource::read_value(TreeBuilder& builder) {
  skip_blanks();
  if (peek() == '{' || peek() == '[') {
    return open_collection(builder);
  }
  complete_ = true;
  return peek() == '"' ? read_string(builder) : read_word(builder);
}

Result<> JsonSource::open_collection(TreeBuilder& builder) {
  const bool object = peek() == '{';
  PSYS_TRY(builder.begin(object ? Kind::mapping : Kind::sequence, position(), "", ""));
  open_ += peek();
  ++at_;
  skip_blanks();
  if (peek() == (object ? '}' : ']')) {
    ++at_;
    open_.pop_back();
    complete_ = true;
    return builder.end(position());
  }
  complete_ = false;
  return object ? read_key(builder) : Result<>();
}

Result<> JsonSource::read_key(TreeBuilder& builder) {
  skip_blanks();
  if (peek() != '"') {
    return refuse(builder, "a key in double quotes is expected");
  }
  PSYS_TRY(read_string(builder));
  skip_blanks();
  if (peek() != ':') {
    return refuse(builder, "':' is expected after a key");
  }
  ++at_;
  return {};
}

Result<> JsonSource::close_or_continue(TreeBuilder& builder) {
  const bool object = open_.back() == '{';
  skip_blanks();
  if (peek() == (object ? '}' : ']')) {
    ++at_;
    open_.pop_back();
    return builder.end(position());
  }
  if (peek() != ',') {
    return refuse(builder, object ? "',' or '}' is expected" : "',' or ']' is expected");
  }
  ++at_;
  complete_ = false;
  return object ? read_key(builder) : Result<>();
}

Result<> JsonSource::read_word(TreeBuilder& builder) {
  const Position start = position();
  const std::string_view text = rest();
  const std::string_view word = text.substr(
      0, static_cast<std::size_t>(std::ranges::find_if(text, ends_word) - text.begin()));
  if (word != "true" && word != "false" && word != "null" && !is_number(word)) {
    return refuse(builder, word.empty() ? "a value is expected"
                                        : fmt::format("{} is not a value", in_quotes(word, 40)));
  }
  at_ += word.size();
  return builder.scalar(start, position(), "", "", Style::plain, word);
}

Result<> JsonSource::read_string(TreeBuilder& builder) {
  const Position start = position();
  buffer_.clear();
  ++at_;
  for (;;) {
    const std::size_t run = at_;
    while (at_ < text_.size() && text_[at_] != '"' && text_[at_] != '\\' &&
           static_cast<unsigned char>(text_[at_]) >= 0x20) {
      ++at_;
    }
    buffer_.append(text_, run, at_ - run);
    if (at_ >= text_.size()) {
      return refuse(builder, "a string does not end");
    }
    if (peek() == '"') {
      ++at_;
      return builder.scalar(start, position(), "", "", Style::quoted, buffer_);
    }
    if (peek() != '\\') {
      return refuse(builder, "a control character in a string is written as an escape");
    }
    PSYS_TRY(read_escape(builder));
  }
}

Result<> JsonSource::read_escape(const TreeBuilder& builder) {
  ++at_;
  if (peek() == 'u') {
    return read_unicode_escape(builder);
  }
  const std::optional<char> plain = simple_escape(peek());
  if (!plain) {
    return refuse(builder, "an unknown escape in a string");
  }
  ++at_;
  buffer_ += *plain;
  return {};
}

Result<> JsonSource::read_unicode_escape(const TreeBuilder& builder) {
  PSYS_TRY_ASSIGN(const unsigned unit, read_four_hex(builder));
  if (!is_high_surrogate(unit) && !is_low_surrogate(unit)) {
    append_utf8(buffer_, unit);
    return {};
  }
  if (is_high_surrogate(unit) && rest().starts_with("\\u")) {
    ++at_;
    PSYS_TRY_ASSIGN(const unsigned low, read_four_hex(builder));
    if (is_low_surrogate(low)) {
      append_utf8(buffer_, 0x10000 + ((unit - 0xD800) << 10U) + (low - 0xDC00));
      return {};
    }
  }
  return refuse(builder, "half of a surrogate pair in a string");
}

// At the 'u' of an escape.
Result<unsigned> JsonSource::read_four_hex(const TreeBuilder& builder) {
  const std::string_view digits = text_.substr(at_ + 1, 4);
  const std::optional<unsigned> unit =
      digits.size() == 4 ? parse_number<unsigned>(digits, 16) : std::nullopt;
  if (!unit) {
    return refuse(builder, "\\u takes four hexadecimal digits");
  }
  at_ += 5;
  return *unit;
}

}  // namespace podsysctl::yaml
