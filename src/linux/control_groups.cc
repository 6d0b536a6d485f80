// SPDX-License-Identifier: Apache-2.0
#include "linux/control_groups.h"

#include <string>

#include <fmt/core.h>

#include "linux/file.h"

namespace podsysctl::linux {

Result<bool> has_group_of(pid_t pid, std::string_view name) {
  PSYS_TRY_ASSIGN(const std::string groups, read_file(fmt::format("/proc/{}/cgroup", pid)));
  return !name.empty() && groups.contains(name);
}

}  // namespace podsysctl::linux
