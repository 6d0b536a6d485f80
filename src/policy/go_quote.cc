// SPDX-License-Identifier: Apache-2.0
#include "policy/go_quote.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <utility>

#include <fmt/core.h>

namespace podsysctl::policy {
namespace {

struct CodePoint {
  char32_t value;
  std::size_t length;  // in bytes
};

struct Range {
  char32_t first;
  char32_t last;
};

// Code points above ASCII that are not printable by Go's measure: C1 controls, spaces and
// separators, format characters, surrogates and private use. Unassigned ones differ between Unicode
// versions and are left as they are.
constexpr std::array<Range, 21> kNotPrintable{{
    {0x80, 0xa0},        {0xad, 0xad},     {0x600, 0x605},   {0x61c, 0x61c},     {0x6dd, 0x6dd},
    {0x70f, 0x70f},      {0x890, 0x891},   {0x8e2, 0x8e2},   {0x1680, 0x1680},   {0x180e, 0x180e},
    {0x2000, 0x200f},    {0x2028, 0x202f}, {0x205f, 0x206f}, {0x3000, 0x3000},   {0xd800, 0xf8ff},
    {0xfeff, 0xfeff},    {0xfff0, 0xfffb}, {0xfffe, 0xffff}, {0x1d173, 0x1d17a}, {0xe0000, 0xe00ff},
    {0xf0000, 0x10ffff},
}};

bool is_printable(char32_t code_point) {
  return code_point < 0x80 ? code_point >= 0x20 && code_point != 0x7f
                           : std::ranges::none_of(
                                 kNotPrintable,
                                 [=](const Range& range) {
                                   return code_point >= range.first && code_point <= range.last;
                                 });
}

std::uint8_t byte_at(std::string_view text, std::size_t index) {
  return static_cast<std::uint8_t>(text[index]);
}

// The code point at the start of the text; none where it is not well-formed UTF-8.
std::optional<CodePoint> decode(std::string_view text) {
  struct Form {
    std::uint8_t mask;
    std::uint8_t lead;
    std::size_t length;
    char32_t smallest;  // below it the form is overlong
  };
  static constexpr std::array<Form, 4> kForms{{{0x80, 0x00, 1, 0},
                                               {0xe0, 0xc0, 2, 0x80},
                                               {0xf0, 0xe0, 3, 0x800},
                                               {0xf8, 0xf0, 4, 0x10000}}};
  const std::uint8_t lead = byte_at(text, 0);
  const auto form = std::ranges::find_if(
      kForms, [=](const Form& candidate) { return (lead & candidate.mask) == candidate.lead; });
  if (form == kForms.end() || text.size() < form->length) {
    return std::nullopt;
  }
  char32_t value = lead & static_cast<std::uint8_t>(~form->mask);
  for (std::size_t i = 1; i < form->length; ++i) {
    const std::uint8_t next = byte_at(text, i);
    if ((next & 0xc0) != 0x80) {
      return std::nullopt;
    }
    value = (value << 6) | (next & 0x3f);
  }
  const bool surrogate = value >= 0xd800 && value <= 0xdfff;
  if (value < form->smallest || value > 0x10ffff || surrogate) {
    return std::nullopt;
  }
  return CodePoint{value, form->length};
}

// "\n" for a newline; "" for a character without a short escape.
std::string_view short_escape(char32_t code_point) {
  static constexpr std::array<std::pair<char32_t, std::string_view>, 9> kEscapes{{{'\a', "\\a"},
                                                                                  {'\b', "\\b"},
                                                                                  {'\f', "\\f"},
                                                                                  {'\n', "\\n"},
                                                                                  {'\r', "\\r"},
                                                                                  {'\t', "\\t"},
                                                                                  {'\v', "\\v"},
                                                                                  {'\\', "\\\\"},
                                                                                  {'"', "\\\""}}};
  const auto* const row =
      std::ranges::find(kEscapes, code_point, [](const auto& e) { return e.first; });
  return row == kEscapes.end() ? std::string_view{} : row->second;
}

std::string escaped(char32_t code_point) {
  const auto number = static_cast<std::uint32_t>(code_point);
  if (number < 0x80) {
    return fmt::format("\\x{:02x}", number);
  }
  return number < 0x10000 ? fmt::format("\\u{:04x}", number) : fmt::format("\\U{:08x}", number);
}

}  // namespace

std::string go_quoted(std::string_view text) {
  const bool cut = text.size() > kMaxQuotedBytes;
  text = text.substr(0, kMaxQuotedBytes);
  std::string out = "\"";
  while (!text.empty()) {
    const std::optional<CodePoint> next = decode(text);
    if (!next) {
      out += fmt::format("\\x{:02x}", byte_at(text, 0));
      text.remove_prefix(1);
      continue;
    }
    if (const std::string_view escape = short_escape(next->value); !escape.empty()) {
      out += escape;
    } else if (is_printable(next->value)) {
      out += text.substr(0, next->length);
    } else {
      out += escaped(next->value);
    }
    text.remove_prefix(next->length);
  }
  out += cut ? "…\"" : "\"";
  return out;
}

}  // namespace podsysctl::policy
