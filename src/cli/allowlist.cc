// SPDX-License-Identifier: Apache-2.0
#include "cli/allowlist.h"

#include "live/allowlist.h"

namespace podsysctl::cli {

Result<std::vector<std::string>> patterns_of(const std::vector<std::string>& lists) {
  std::vector<std::string> patterns;
  for (const std::string& text : lists) {
    PSYS_TRY_ASSIGN(const std::vector<std::string> more, policy::parse_pattern_list(text));
    patterns.insert(patterns.end(), more.begin(), more.end());
  }
  return patterns;
}

Result<policy::Allowlist> make_allowlist(const std::vector<std::string>& lists,
                                         const std::string& kubernetes_version) {
  PSYS_TRY_ASSIGN(const std::vector<std::string> patterns, patterns_of(lists));
  return live::allowlist_here(patterns, kubernetes_version);
}

}  // namespace podsysctl::cli
