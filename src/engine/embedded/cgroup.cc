// SPDX-License-Identifier: Apache-2.0
#include "engine/embedded/cgroup.h"

#include <algorithm>

#include "base/strings.h"
#include "linux/file.h"

namespace podsysctl::engine {
namespace {

constexpr std::string_view kParent = "/podsysctl";
constexpr std::uint64_t kPeriod = 100000;  // microseconds

struct MountLine {
  std::string_view root;
  std::string_view point;
  std::string_view options;
  std::string_view type;
  std::string_view super_options;
};

// "36 35 98:0 /root /point rw,… optional… - type source superoptions"
std::optional<MountLine> parse_mount(std::string_view line) {
  const auto fields = split_words(line);
  const auto dash = std::ranges::find(fields, "-");
  if (fields.size() < 10 || fields.end() - dash < 4) {
    return std::nullopt;
  }
  return MountLine{fields[3], fields[4], fields[5], *(dash + 1), *(dash + 3)};
}

bool is_read_only(const MountLine& mount) {
  const auto options = split(mount.options, ',');
  return std::ranges::find(options, "ro") != options.end();
}

void add_v1(CgroupLayout& layout, const MountLine& mount) {
  for (const std::string_view option : split(mount.super_options, ',')) {
    if (option != "rw" && option != "ro" && !option.starts_with("release_agent=") &&
        option != "xattr" && option != "noprefix" && option != "clone_children") {
      layout.v1.try_emplace(std::string(option), mount.point);
    }
  }
}

std::uint64_t shares_of(std::int64_t milli) {
  constexpr std::uint64_t kLeast = 2;
  constexpr std::uint64_t kMost = 262144;
  if (milli <= 0) {
    return kLeast;
  }
  const auto parts = static_cast<std::uint64_t>(milli);
  return std::clamp(parts > kMost ? kMost : parts * 1024 / 1000, kLeast, kMost);
}

std::int64_t quota_of(std::int64_t milli) {
  constexpr std::int64_t kLeast = 1000;
  constexpr std::int64_t kMost = std::int64_t{1} << 40U;
  return std::max(kLeast, std::min(milli, kMost) * static_cast<std::int64_t>(kPeriod) / 1000);
}

}  // namespace

std::string_view to_string(CgroupMode mode) noexcept {
  switch (mode) {
    case CgroupMode::none:
      return "none";
    case CgroupMode::v1:
      return "v1";
    case CgroupMode::hybrid:
      return "hybrid";
    case CgroupMode::v2:
      return "v2";
  }
  return "";
}

bool CgroupLayout::has(std::string_view controller) const {
  return v1.contains(std::string(controller)) ||
         (mode == CgroupMode::v2 &&
          std::ranges::find(v2_controllers, controller) != v2_controllers.end());
}

CgroupLayout parse_cgroup_layout(std::string_view mountinfo, std::string_view v2_controllers) {
  CgroupLayout layout;
  for (const std::string_view line : split(mountinfo, '\n')) {
    const auto mount = parse_mount(line);
    // A mount whose root is a subtree is some container's view, not the place to make groups in.
    if (!mount || is_read_only(*mount) || !mount->point.starts_with("/sys/fs/cgroup")) {
      continue;
    }
    if (mount->type == "cgroup") {
      add_v1(layout, *mount);
    } else if (mount->type == "cgroup2" && layout.v2.empty()) {
      layout.v2 = mount->point;
    }
  }
  if (!layout.v2.empty()) {
    for (const std::string_view controller : split_words(v2_controllers)) {
      layout.v2_controllers.emplace_back(controller);
    }
  }
  if (layout.v1.empty()) {
    layout.mode = layout.v2.empty() ? CgroupMode::none : CgroupMode::v2;
  } else {
    layout.mode = layout.v2.empty() ? CgroupMode::v1 : CgroupMode::hybrid;
  }
  return layout;
}

Result<CgroupLayout> read_cgroup_layout() {
  PSYS_TRY_ASSIGN(const std::string mounts, linux::read_file("/proc/thread-self/mountinfo"));
  CgroupLayout layout = parse_cgroup_layout(mounts, "");
  if (layout.v2.empty()) {
    return layout;
  }
  // Gone in the meantime, or not to be read: then no controller of it can be used.
  const auto controllers = linux::read_file(layout.v2 + "/cgroup.controllers");
  return parse_cgroup_layout(mounts, controllers ? *controllers : "");
}

std::string cgroup_path_of(std::string_view container_id) {
  return fmt::format("{}/{}", kParent, container_id);
}

LimitsPlan plan_limits(const pod::Resources& resources, const CgroupLayout& layout) {
  LimitsPlan plan;
  const auto request =
      resources.cpu_request_milli ? resources.cpu_request_milli : resources.cpu_limit_milli;
  if (request) {
    if (layout.has("cpu")) {
      plan.limits.cpu_shares = shares_of(*request);
    } else {
      plan.warnings.emplace_back(
          "resources: the cpu request has no effect: this host has no writable cpu controller");
    }
  }
  if (resources.cpu_limit_milli && *resources.cpu_limit_milli > 0) {
    if (layout.has("cpu")) {
      plan.limits.cpu_quota = quota_of(*resources.cpu_limit_milli);
      plan.limits.cpu_period = kPeriod;
    } else {
      plan.warnings.emplace_back(
          "resources: the cpu limit has no effect: this host has no writable cpu controller");
    }
  }
  if (resources.memory_limit && *resources.memory_limit > 0) {
    if (layout.has("memory")) {
      plan.limits.memory_limit = resources.memory_limit;
    } else {
      plan.warnings.emplace_back(
          "resources: the memory limit has no effect: this host has no writable memory controller");
    }
  }
  return plan;
}

}  // namespace podsysctl::engine
