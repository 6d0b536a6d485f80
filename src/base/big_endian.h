// SPDX-License-Identifier: Apache-2.0
// 32-bit numbers as the framings of networks write them: the highest byte first. Thread-safety:
// pure functions.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace podsysctl {

inline void append_u32(std::string& out, std::uint32_t value) {
  for (const unsigned shift : {24U, 16U, 8U, 0U}) {
    out.push_back(static_cast<char>((value >> shift) & 0xffU));
  }
}

// `bytes` holds at least offset + 4 of them.
[[nodiscard]] inline std::uint32_t u32_at(std::string_view bytes, std::size_t offset) {
  std::uint32_t value = 0;
  for (const char byte : bytes.substr(offset, 4)) {
    value = (value << 8U) | static_cast<unsigned char>(byte);
  }
  return value;
}

}  // namespace podsysctl
