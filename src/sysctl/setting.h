// SPDX-License-Identifier: Apache-2.0
// A setting: which key shall have which value, and who asked for it. Key and value are never joined
// into one string and split again.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "sysctl/key.h"

namespace podsysctl::sysctl {

struct Origin {
  enum class Kind : std::uint8_t {
    flag,              // --sysctl
    manifest,          // spec.securityContext.sysctls
    annotation,        // metadata.annotations; line and column are those of its text
    profile,           // that the pod names
    selected_profile,  // that selects the pod
    node_default,
    live,  // `set` on a running target
  };
  Kind kind = Kind::flag;
  std::string source;      // the file, annotation name or flag; "" where kind says it all
  std::size_t line = 0;    // 1-based; 0 where there is no position
  std::size_t column = 0;  // 1-based, in characters
};

[[nodiscard]] std::string_view to_string(Origin::Kind kind) noexcept;

// "pod.yaml:8:7", "--sysctl", "annotation security.alpha.kubernetes.io/sysctls".
[[nodiscard]] std::string describe(const Origin& origin);

struct Setting {
  SysctlKey key;
  std::string value;
  Origin origin;
  std::string spelling;  // the name as its author wrote it; "" where that is the canonical one
};

// KEY=VALUE, cut at the first '=', as `docker run --sysctl` takes it. No blanks are trimmed.
[[nodiscard]] Result<Setting> parse_assignment(std::string_view text, Origin origin);

// Refuses what no sysctl file takes: NUL, newline, a value longer than a page (4096 bytes), and the
// empty value, which the kernel takes silently and does nothing with.
[[nodiscard]] Result<> check_value_text(const SysctlKey& key, std::string_view value);

}  // namespace podsysctl::sysctl
