// SPDX-License-Identifier: Apache-2.0
// Standard base64 (RFC 4648 section 4) as Secrets hold it: padded; line breaks are skipped.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace podsysctl::pod {

// nullopt where the text is no base64.
[[nodiscard]] std::optional<std::string> decode_base64(std::string_view text);

}  // namespace podsysctl::pod
