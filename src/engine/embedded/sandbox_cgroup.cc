// SPDX-License-Identifier: Apache-2.0
#include "engine/embedded/sandbox_cgroup.h"

#include "linux/file.h"

namespace podsysctl::engine {
namespace {

void move(const std::string& group, pid_t pause) {
  if (linux::make_directories(group, 0755)) {
    [[maybe_unused]] const Result<> moved =
        linux::write_file(group + "/cgroup.procs", std::to_string(pause));
  }
}

}  // namespace

std::string tracking_hierarchy(const CgroupLayout& layout) {
  if (!layout.v2.empty()) {
    return layout.v2;
  }
  if (const auto named = layout.v1.find("name=systemd"); named != layout.v1.end()) {
    return named->second;
  }
  return layout.v1.empty() ? std::string{} : layout.v1.begin()->second;
}

void SandboxCgroup::start_move(const CgroupLayout& layout, const std::string& sandbox_id,
                               pid_t pause) {
  const std::string hierarchy = tracking_hierarchy(layout);
  if (hierarchy.empty()) {
    return;
  }
  move_ = std::async(std::launch::async, move, hierarchy + cgroup_path_of(sandbox_id), pause);
}

void SandboxCgroup::finish_move() {
  if (move_.valid()) {
    move_.get();
  }
}

}  // namespace podsysctl::engine
