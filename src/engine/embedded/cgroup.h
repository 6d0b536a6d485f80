// SPDX-License-Identifier: Apache-2.0
// Control groups as this host has them mounted (cgroups(7)), limits by Kubernetes' formulas, and
// the removal of what a killed runtime left. Containers live at "/podsysctl/<container id>" of each
// hierarchy; the OCI runtime makes and fills these groups from linux.resources of config.json.
// Sources: Documentation/admin-guide/cgroup-v1, cgroup-v2.rst. Thread-safety: no shared state.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "pod/spec.h"

namespace podsysctl::engine {

enum class CgroupMode : std::uint8_t { none, v1, hybrid, v2 };
[[nodiscard]] std::string_view to_string(CgroupMode mode) noexcept;

struct CgroupLayout {
  CgroupMode mode = CgroupMode::none;
  std::map<std::string, std::string> v1;    // controller or "name=x" -> mount point
  std::string v2;                           // mount point of the unified hierarchy, "" if none
  std::vector<std::string> v2_controllers;  // that its root offers
  // True if a limit of this controller ("cpu", "memory", "pids") can be set on this host.
  [[nodiscard]] bool has(std::string_view controller) const;
};
[[nodiscard]] Result<CgroupLayout> read_cgroup_layout();
// The same from a mountinfo text and the root's cgroup.controllers; for tests.
[[nodiscard]] CgroupLayout parse_cgroup_layout(std::string_view mountinfo,
                                               std::string_view v2_controllers);

// "/podsysctl/<id>"
[[nodiscard]] std::string cgroup_path_of(std::string_view container_id);

// linux.resources in numbers; unset: left out.
struct CgroupLimits {
  std::optional<std::uint64_t> cpu_shares;
  std::optional<std::int64_t> cpu_quota;  // microseconds in each cpu_period
  std::optional<std::uint64_t> cpu_period;
  std::optional<std::int64_t> memory_limit;  // bytes
};
struct LimitsPlan {
  CgroupLimits limits;
  std::vector<std::string> warnings;  // limits asked for that this host cannot set
};
// shares = max(2, milli * 1024 / 1000), quota = max(1000, milli * 100), period 100000; a limit
// without a request counts as the request, as in Kubernetes.
[[nodiscard]] LimitsPlan plan_limits(const pod::Resources& resources, const CgroupLayout& layout);

// Kills every process in the group and the groups below it and removes them in all hierarchies.
// A group that is not there is success; `timeout` if a process does not die.
[[nodiscard]] Result<> remove_cgroup(const CgroupLayout& layout, const std::string& path);

}  // namespace podsysctl::engine
