// SPDX-License-Identifier: Apache-2.0
// config.json's "mounts": the file systems of the system first, then the pod's files, then volumes,
// outer folders before what is mounted in them.
#include <algorithm>
#include <set>

#include <nlohmann/json.hpp>

#include "base/strings.h"
#include "engine/embedded/oci_parts.h"

namespace podsysctl::engine::oci {
namespace {

using Options = std::vector<std::string>;

json::Value mount_entry(std::string_view target, std::string_view type, std::string_view source,
                        const Options& options) {
  return {{"destination", target}, {"type", type}, {"source", source}, {"options", options}};
}

json::Value bind_entry(const std::string& target, const std::string& source, pod::Access access,
                       pod::Propagation propagation = pod::Propagation::none) {
  // The sandbox's mounts are slaves of the host's already: a slave of theirs hears of new ones.
  return mount_entry(target, "bind", source,
                     {"rbind", propagation == pod::Propagation::from_host ? "rslave" : "rprivate",
                      access == pod::Access::read_only ? "ro" : "rw"});
}

std::vector<std::string_view> components(std::string_view path) {
  std::vector<std::string_view> parts = split(path, '/');
  std::erase_if(parts, [](std::string_view part) { return part.empty() || part == "."; });
  return parts;
}

Result<> check_bind(const BindMount& bind) {
  const auto parts = components(bind.target);
  if (!bind.target.starts_with('/') || parts.empty() ||
      std::ranges::find(parts, "..") != parts.end()) {
    return Error::of(Code::invalid_argument,
                     "the mount path {} is not an absolute path below / without \"..\"",
                     in_quotes(bind.target));
  }
  // It would lie over /proc/sys, which is read-only for a reason.
  if (parts[0] == "proc") {
    return Error::of(Code::invalid_argument,
                     "a volume cannot be mounted at {}: /proc is the "
                     "kernel's",
                     in_quotes(bind.target));
  }
  if (!bind.source.starts_with('/')) {
    return Error::of(Code::internal, "the source {} of the mount {} is no absolute path",
                     in_quotes(bind.source), in_quotes(bind.target));
  }
  return {};
}

bool is_taken(const std::vector<BindMount>& binds, std::string_view target) {
  return std::ranges::any_of(
      binds, [&](const BindMount& bind) { return components(bind.target) == components(target); });
}

void add_system(json::Value& mounts, const OciSpecInput& input) {
  const bool privileged = input.container.security.privileged;
  const std::string access = privileged ? "rw" : "ro";
  mounts.push_back(mount_entry("/proc", "proc", "proc", {"nosuid", "noexec", "nodev"}));
  mounts.push_back(
      mount_entry("/dev", "tmpfs", "tmpfs", {"nosuid", "strictatime", "mode=755", "size=65536k"}));
  mounts.push_back(
      mount_entry("/dev/pts", "devpts", "devpts",
                  {"nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620", "gid=5"}));
  mounts.push_back(mount_entry("/sys", "sysfs", "sysfs", {"nosuid", "noexec", "nodev", access}));
  if (input.host.cgroups.mode != CgroupMode::none) {
    mounts.push_back(
        mount_entry("/sys/fs/cgroup", "cgroup", "cgroup", {access, "nosuid", "noexec", "nodev"}));
  }
  mounts.push_back(mount_entry("/dev/mqueue", "mqueue", "mqueue", {"nosuid", "noexec", "nodev"}));
  if (is_taken(input.binds, "/dev/shm")) {
    return;
  }
  if (input.shm_source.empty()) {
    mounts.push_back(mount_entry("/dev/shm", "tmpfs", "shm",
                                 {"nosuid", "noexec", "nodev", "mode=1777", "size=65536k"}));
  } else {
    mounts.push_back(mount_entry("/dev/shm", "bind", input.shm_source,
                                 {"rbind", "rprivate", "rw", "nosuid", "noexec", "nodev"}));
  }
}

void add_files(json::Value& mounts, const OciSpecInput& input) {
  const std::pair<const char*, const std::string&> files[] = {
      {"/etc/hosts", input.hosts_file},
      {"/etc/hostname", input.hostname_file},
      {"/etc/resolv.conf", input.resolv_conf_file}};
  for (const auto& [target, source] : files) {
    if (!source.empty() && !is_taken(input.binds, target)) {
      mounts.push_back(bind_entry(target, source, pod::Access::read_write));
    }
  }
}

}  // namespace

Result<json::Value> mounts_part(const OciSpecInput& input) {
  json::Value mounts = json::Value::array();
  add_system(mounts, input);
  add_files(mounts, input);
  // By depth, else as they were given.
  std::vector<std::pair<std::size_t, std::size_t>> order;
  order.reserve(input.binds.size());
  for (std::size_t i = 0; i < input.binds.size(); ++i) {
    order.emplace_back(components(input.binds[i].target).size(), i);
  }
  std::ranges::sort(order);
  std::set<std::vector<std::string_view>> targets;
  for (const auto& [depth, index] : order) {
    const BindMount& bind = input.binds[index];
    PSYS_TRY(check_bind(bind));
    if (!targets.insert(components(bind.target)).second) {
      return Error::of(Code::invalid_argument, "two volumes are mounted at {}: it must be unique",
                       in_quotes(bind.target));
    }
    mounts.push_back(bind_entry(bind.target, bind.source, bind.access, bind.propagation));
  }
  return mounts;
}

}  // namespace podsysctl::engine::oci
