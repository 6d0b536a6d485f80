// SPDX-License-Identifier: Apache-2.0
#include "live/allowlist.h"

#include <sys/utsname.h>

#include <optional>

namespace podsysctl::live {

Result<policy::Allowlist> allowlist_here(const std::vector<std::string>& patterns,
                                         const std::string& kubernetes_version) {
  policy::KubernetesVersion version = policy::KubernetesVersion::newest();
  if (!kubernetes_version.empty()) {
    PSYS_TRY_ASSIGN(version, policy::KubernetesVersion::parse(kubernetes_version));
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

}  // namespace podsysctl::live
