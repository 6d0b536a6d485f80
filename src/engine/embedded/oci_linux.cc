// SPDX-License-Identifier: Apache-2.0
// config.json's "linux" without seccomp.
#include <nlohmann/json.hpp>

#include "engine/embedded/oci_parts.h"
#include "engine/hidden_paths.h"

namespace podsysctl::engine::oci {
namespace {

void add_namespace(json::Value& list, const char* type, const NamespaceChoice& choice) {
  switch (choice.kind) {
    case NamespaceChoice::Kind::host:
      return;
    case NamespaceChoice::Kind::join:
      list.push_back({{"type", type}, {"path", choice.path}});
      return;
    case NamespaceChoice::Kind::fresh:
      list.push_back({{"type", type}});
      return;
  }
}

json::Value namespaces(const OciSpecInput& input) {
  json::Value list = json::Value::array();
  add_namespace(list, "mount", {NamespaceChoice::Kind::fresh, {}});
  add_namespace(list, "network", input.net);
  add_namespace(list, "ipc", input.ipc);
  add_namespace(list, "uts", input.uts);
  add_namespace(list, "pid", input.pid);
  // On v1 a cgroup namespace would hide which hierarchies are mounted where; docker does the same.
  if (input.host.cgroups.mode == CgroupMode::v2 && !input.container.security.privileged) {
    add_namespace(list, "cgroup", {NamespaceChoice::Kind::fresh, {}});
  }
  return list;
}

json::Value resources(const OciSpecInput& input, const CgroupLimits& limits) {
  json::Value resources;
  // The runtimes add what every container has (null, zero, random, the terminals).
  resources["devices"] = {{{"allow", input.container.security.privileged}, {"access", "rwm"}}};
  if (limits.memory_limit) {
    resources["memory"]["limit"] = *limits.memory_limit;
  }
  if (limits.cpu_shares) {
    resources["cpu"]["shares"] = *limits.cpu_shares;
  }
  if (limits.cpu_quota && limits.cpu_period) {
    resources["cpu"]["quota"] = *limits.cpu_quota;
    resources["cpu"]["period"] = *limits.cpu_period;
  }
  return resources;
}

json::Value devices(const std::vector<DeviceNode>& nodes) {
  json::Value list = json::Value::array();
  for (const DeviceNode& node : nodes) {
    list.push_back({{"path", node.path},
                    {"type", std::string(1, node.type)},
                    {"major", node.major},
                    {"minor", node.minor},
                    {"fileMode", node.mode & 0777U},
                    {"uid", node.uid},
                    {"gid", node.gid}});
  }
  return list;
}

}  // namespace

json::Value linux_part(const OciSpecInput& input, const CgroupLimits& limits) {
  const bool privileged = input.container.security.privileged;
  json::Value part;
  part["namespaces"] = namespaces(input);
  if (input.host.cgroups.mode != CgroupMode::none) {
    part["cgroupsPath"] = input.cgroups_path;
    part["resources"] = resources(input, limits);
  }
  if (privileged) {
    part["devices"] = devices(input.host.devices);
    return part;
  }
  part["maskedPaths"] = kMaskedPaths;
  part["readonlyPaths"] = kReadOnlyPaths;
  return part;
}

}  // namespace podsysctl::engine::oci
