// SPDX-License-Identifier: Apache-2.0
// What this program was built from. build_info.cc is written by the build.
#pragma once

#include <string_view>

namespace podsysctl::cli {

struct BuildInfo {
  std::string_view version;   // "0.1.0"
  std::string_view commit;    // abbreviated; "unknown" outside a repository
  std::string_view compiler;  // "GNU 12.2.0"
};

[[nodiscard]] BuildInfo build_info() noexcept;

}  // namespace podsysctl::cli
