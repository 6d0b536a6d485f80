// SPDX-License-Identifier: Apache-2.0
#include "pod/base64.h"

#include <cstdint>

namespace podsysctl::pod {
namespace {

std::optional<std::uint32_t> sextet(char c) {
  constexpr std::string_view kAlphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  const std::size_t at = kAlphabet.find(c);
  if (at == std::string_view::npos) {
    return std::nullopt;
  }
  return static_cast<std::uint32_t>(at);
}

}  // namespace

std::optional<std::string> decode_base64(std::string_view text) {
  std::string out;
  out.reserve(text.size() / 4 * 3);
  std::uint32_t group = 0;
  std::size_t characters = 0;
  std::size_t padding = 0;
  for (const char c : text) {
    if (c == '\n' || c == '\r') {
      continue;
    }
    const std::optional<std::uint32_t> bits = sextet(c);
    // Padding ends the text, and only the last two of four characters can be padding.
    if ((c == '=' && characters % 4 < 2) || (c != '=' && (!bits || padding > 0))) {
      return std::nullopt;
    }
    padding += c == '=' ? 1 : 0;
    group = (group << 6U) | bits.value_or(0);
    if (++characters % 4 == 0) {
      out += static_cast<char>((group >> 16U) & 0xFFU);
      out += static_cast<char>((group >> 8U) & 0xFFU);
      out += static_cast<char>(group & 0xFFU);
      group = 0;
    }
  }
  if (characters % 4 != 0 || padding > 2) {
    return std::nullopt;
  }
  out.resize(out.size() - padding);
  return out;
}

}  // namespace podsysctl::pod
