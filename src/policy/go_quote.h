// SPDX-License-Identifier: Apache-2.0
// Text in double quotes with Go's %q escapes, as upstream's messages quote names and values.
// Untrusted text comes out printable: control characters, invalid UTF-8 and invisible or
// direction-changing code points are escaped. Thread-safety: pure function.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace podsysctl::policy {

// Longer text is cut after this many bytes, with "…"; no valid name comes near it.
inline constexpr std::size_t kMaxQuotedBytes = 1024;

[[nodiscard]] std::string go_quoted(std::string_view text);

}  // namespace podsysctl::policy
