// SPDX-License-Identifier: Apache-2.0
// base64 (RFC 4648), padded. Reading takes the standard alphabet (section 4) and skips line breaks.
// Thread-safety: pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace podsysctl {

// nullopt where the text is no base64.
[[nodiscard]] std::optional<std::string> decode_base64(std::string_view text);

// url: `-` and `_` for `+` and `/` (section 5).
enum class Base64 : std::uint8_t { standard, url };
[[nodiscard]] std::string encode_base64(std::string_view bytes, Base64 alphabet);

}  // namespace podsysctl
