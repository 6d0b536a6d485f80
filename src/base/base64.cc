// SPDX-License-Identifier: Apache-2.0
#include "base/base64.h"

#include <cstdint>

namespace podsysctl {
namespace {

constexpr std::string_view kAlphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::string_view kUrlAlphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

std::optional<std::uint32_t> sextet(char c) {
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
  out.erase(out.size() - padding);
  return out;
}

std::string encode_base64(std::string_view bytes, Base64 alphabet) {
  const std::string_view letters = alphabet == Base64::url ? kUrlAlphabet : kAlphabet;
  std::string out;
  for (std::size_t at = 0; at < bytes.size(); at += 3) {
    const std::string_view group = bytes.substr(at, 3);
    std::uint32_t bits = 0;
    for (std::size_t i = 0; i < 3; ++i) {
      bits = (bits << 8U) | (i < group.size() ? static_cast<unsigned char>(group[i]) : 0U);
    }
    for (std::size_t i = 0; i < 4; ++i) {
      out += i > group.size() ? '=' : letters[(bits >> (18U - 6U * i)) & 0x3FU];
    }
  }
  return out;
}

}  // namespace podsysctl
