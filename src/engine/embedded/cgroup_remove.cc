// SPDX-License-Identifier: Apache-2.0
// Emptying and removing a group that its runtime no longer knows. Processes are killed first in
// whichever hierarchy shows them; a group can be removed once it is empty.
#include <algorithm>
#include <chrono>
#include <filesystem>
#include <set>
#include <system_error>

#include "base/strings.h"
#include "engine/embedded/cgroup.h"
#include "linux/file.h"
#include "linux/process.h"

namespace podsysctl::engine {
namespace {

namespace fs = std::filesystem;

constexpr std::chrono::milliseconds kPatience{5000};
constexpr int kRounds = 50;  // more processes may be forked while some are killed

std::set<std::string> mount_points(const CgroupLayout& layout) {
  std::set<std::string> points;
  for (const auto& [controller, point] : layout.v1) {
    points.insert(point);
  }
  if (!layout.v2.empty()) {
    points.insert(layout.v2);
  }
  return points;
}

// The group and those below it, deepest first; none if it is not there.
std::vector<std::string> tree_of(const std::string& top) {
  std::vector<std::string> found;
  std::error_code failure;
  if (!fs::is_directory(top, failure)) {
    return found;
  }
  found.push_back(top);
  for (fs::recursive_directory_iterator entry(top, failure), end; !failure && entry != end;
       entry.increment(failure)) {
    std::error_code ignored;
    if (entry->is_directory(ignored) && !entry->is_symlink(ignored)) {
      found.push_back(entry->path().string());
    }
  }
  std::ranges::sort(found, std::ranges::greater{}, &std::string::size);
  return found;
}

std::set<pid_t> processes_of(const std::string& group) {
  std::set<pid_t> pids;
  const auto text = linux::read_file(group + "/cgroup.procs");
  if (!text) {
    return pids;  // removed in the meantime, or a threaded group without a list of its own
  }
  for (const std::string_view line : split(*text, '\n')) {
    // 0 stands for a process of a pid namespace that we do not see.
    if (const auto pid = parse_number<pid_t>(line); pid && *pid > 0) {
      pids.insert(*pid);
    }
  }
  return pids;
}

// A pid is identified first and looked for once more: one that was given to another process in
// between is not killed.
Result<> kill_processes(const std::string& group, const std::set<pid_t>& pids) {
  std::vector<linux::ProcessId> identified;
  for (const pid_t pid : pids) {
    if (const auto id = linux::identify(pid)) {
      identified.push_back(*id);
    }
  }
  const std::set<pid_t> again = processes_of(group);
  for (const linux::ProcessId& id : identified) {
    if (again.contains(id.pid)) {
      PSYS_TRY(linux::kill_and_wait(id, kPatience));
    }
  }
  return {};
}

Result<> empty_group(const std::string& group) {
  // A runtime that was killed may have left it frozen, and frozen processes do not die; cgroup.kill
  // (Linux 5.14, v2) reaches all at once. Files that a hierarchy does not have are not made.
  for (const auto& [file, text] :
       {std::pair{"/freezer.state", "THAWED"}, {"/cgroup.freeze", "0"}, {"/cgroup.kill", "1"}}) {
    std::error_code missing;
    if (fs::exists(group + file, missing)) {
      // What it does not do is done by signals below.
      [[maybe_unused]] const auto written = linux::write_file(group + file, text);
    }
  }
  for (int round = 0; round < kRounds; ++round) {
    const std::set<pid_t> pids = processes_of(group);
    if (pids.empty()) {
      return {};
    }
    PSYS_TRY(kill_processes(group, pids));
  }
  return Error::of(Code::timeout, "{}: processes go on appearing in this control group", group);
}

}  // namespace

Result<> remove_cgroup(const CgroupLayout& layout, const std::string& path) {
  if (!path.starts_with('/') || path == "/" || path.find("..") != std::string::npos) {
    return Error::of(Code::invalid_argument, "{} is no control group of ours", in_quotes(path));
  }
  for (const std::string& point : mount_points(layout)) {
    for (const std::string& group : tree_of(point + path)) {
      PSYS_TRY(empty_group(group));
      std::error_code failure;
      fs::remove(group, failure);
      if (failure && failure != std::errc::no_such_file_or_directory) {
        return Error::from_errno(failure.value(), "remove the control group {}", group);
      }
    }
  }
  return {};
}

}  // namespace podsysctl::engine
