// SPDX-License-Identifier: Apache-2.0
#include "yaml/text_check.h"

#include <algorithm>
#include <cstdint>
#include <cstring>

#include "base/utf8.h"

namespace podsysctl::yaml {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
constexpr std::size_t kMaxTagDirectives = 64;

bool is_continuation(std::string_view text, std::size_t at) {
  return at < text.size() && (static_cast<unsigned char>(text[at]) & 0xC0U) == 0x80U;
}

// How many of the bytes from `at` on are ASCII other than NUL, in whole words: what almost every
// byte of a manifest is.
std::size_t plain_run(std::string_view text, std::size_t at) {
  constexpr std::uint64_t kOnes = 0x0101010101010101;
  constexpr std::uint64_t kHighBits = 0x8080808080808080;
  const std::size_t start = at;
  for (std::uint64_t word = 0; at + sizeof word <= text.size(); at += sizeof word) {
    std::memcpy(&word, text.data() + at, sizeof word);
    // Some byte is NUL, or is not ASCII.
    if ((((word - kOnes) | word) & kHighBits) != 0) {
      break;
    }
  }
  return at - start;
}

Result<> check_characters(std::string_view text, std::string_view source, Position start) {
  for (std::size_t at = plain_run(text, 0); at < text.size(); at += plain_run(text, at)) {
    if (text[at] == '\0') {
      return error_at(source, position_of(text, at, start),
                      "a NUL character; a manifest is UTF-8 text (saved as UTF-16?)");
    }
    const std::size_t length = utf8_length(text.substr(at));
    if (length == 0) {
      return error_at(source, position_of(text, at, start), "not UTF-8; save the file as UTF-8");
    }
    at += length;
  }
  return {};
}

Result<> check_directives(std::string_view text, std::string_view source, Position start) {
  std::size_t count = 0;
  for (std::size_t at = text.find("%TAG"); at != std::string_view::npos;
       at = text.find("%TAG", at + 1)) {
    const bool starts_line = at == 0 || text[at - 1] == '\n' || text[at - 1] == '\r';
    if (starts_line && ++count > kMaxTagDirectives) {
      return error_at(source, position_of(text, at, start), "more than 64 %TAG directives");
    }
  }
  return {};
}

}  // namespace

Result<std::string_view> check_text(std::string_view text, std::string_view source,
                                    std::size_t max_bytes, Position start) {
  if (text.size() > max_bytes) {
    return Error::of(Code::invalid_argument, "{}: {} bytes, more than the {} that are read", source,
                     text.size(), max_bytes);
  }
  if (text.starts_with(kByteOrderMark)) {
    text.remove_prefix(kByteOrderMark.size());
  }
  PSYS_TRY(check_characters(text, source, start));
  PSYS_TRY(check_directives(text, source, start));
  return text;
}

Position position_of(std::string_view text, std::size_t offset, Position start) {
  Position at = start;
  const std::size_t end = std::min(offset, text.size());
  for (std::size_t i = 0; i < end; ++i) {
    const bool line_end =
        text[i] == '\n' || (text[i] == '\r' && !text.substr(i + 1).starts_with('\n'));
    if (line_end) {
      at = {at.line + 1, 1};
    } else if (text[i] != '\r' && !is_continuation(text, i)) {
      ++at.column;
    }
  }
  return at;
}

std::unexpected<Error> error_at(std::string_view source, Position at, std::string_view message) {
  return Error::of(Code::invalid_argument, "{}:{}:{}: {}", source, at.line, at.column, message);
}

}  // namespace podsysctl::yaml
