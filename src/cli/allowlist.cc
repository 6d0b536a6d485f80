// SPDX-License-Identifier: Apache-2.0
#include "cli/allowlist.h"

#include <sys/utsname.h>

#include <optional>

namespace podsysctl::cli {
namespace {

Result<policy::KubernetesVersion> version_of(const std::string& text) {
  return text.empty() ? policy::KubernetesVersion::newest()
                      : policy::KubernetesVersion::parse(text);
}

}  // namespace

Result<policy::Allowlist> make_allowlist(const std::vector<std::string>& lists,
                                         const std::string& kubernetes_version) {
  PSYS_TRY_ASSIGN(const policy::KubernetesVersion version, version_of(kubernetes_version));
  std::vector<std::string> patterns;
  for (const std::string& text : lists) {
    PSYS_TRY_ASSIGN(const std::vector<std::string> more, policy::parse_pattern_list(text));
    patterns.insert(patterns.end(), more.begin(), more.end());
  }
  utsname kernel{};
  std::optional<policy::KernelVersion> running;
  if (::uname(&kernel) == 0) {
    if (const auto parsed = policy::KernelVersion::parse(kernel.release)) {
      running = *parsed;
    }
  }
  return policy::Allowlist::create(version, patterns, running);
}

}  // namespace podsysctl::cli
