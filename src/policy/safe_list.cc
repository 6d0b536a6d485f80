// SPDX-License-Identifier: Apache-2.0
#include "policy/safe_list.h"

#include <algorithm>

namespace podsysctl::policy {

std::vector<std::string_view> safe_sysctls(KubernetesVersion version,
                                           const std::optional<KernelVersion>& kernel) {
  std::vector<std::string_view> names;
  for (const SafeSysctl& row : kSafeSysctls) {
    const bool kernel_has_it = !row.kernel || (kernel && *kernel >= *row.kernel);
    if (version >= row.since && kernel_has_it) {
      names.push_back(row.name);
    }
  }
  return names;
}

const SafeSysctl* find_safe_sysctl(std::string_view name) noexcept {
  const auto* const row = std::ranges::find(kSafeSysctls, name, &SafeSysctl::name);
  return row == kSafeSysctls.end() ? nullptr : &*row;
}

}  // namespace podsysctl::policy
