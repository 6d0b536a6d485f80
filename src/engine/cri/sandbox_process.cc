// SPDX-License-Identifier: Apache-2.0
#include "engine/cri/sandbox_process.h"

#include <algorithm>
#include <array>
#include <map>

#include <nlohmann/json.hpp>

#include "base/strings.h"
#include "json/cursor.h"
#include "linux/file.h"
#include "linux/namespaces.h"

namespace podsysctl::engine {
namespace {

using linux::NamespaceKind;

constexpr std::string_view kName = "the runtime's status";
constexpr json::Limits kLimits{.bytes = std::size_t{16} << 20U, .depth = 64, .values = 200'000};

Result<json::Value> parse_info(const cri::StringMap& info) {
  const auto found = info.find("info");
  if (found == info.end()) {
    return Error::of(Code::unsupported,
                     "the container runtime does not tell the process of a sandbox or container "
                     "(verbose status): its namespaces cannot be found");
  }
  return json::parse(found->second, kName, kLimits);
}

// The kinds as a runtime's specification names them.
constexpr std::array kKinds{std::pair{NamespaceKind::net, "network"},
                            std::pair{NamespaceKind::ipc, "ipc"},
                            std::pair{NamespaceKind::uts, "uts"}};

// Kind -> the path where the runtime has pinned it; "" where it is only the process's.
Result<std::map<std::string, std::string>> listed_namespaces(const json::Cursor& info) {
  std::map<std::string, std::string> listed;
  PSYS_TRY_ASSIGN(const auto spec, info.find("runtimeSpec"));
  if (!spec) {
    return listed;
  }
  PSYS_TRY_ASSIGN(const auto part, spec->find("linux"));
  const auto list = part ? part->find("namespaces") : Result<std::optional<json::Cursor>>{};
  PSYS_TRY(list);
  if (!*list) {
    return listed;
  }
  PSYS_TRY_ASSIGN(const auto entries, (*list)->elements());
  for (const json::Cursor& entry : entries) {
    PSYS_TRY_ASSIGN(const std::string type, entry.string_at("type"));
    PSYS_TRY_ASSIGN(listed[type], entry.string_or("path", ""));
  }
  return listed;
}

// The runtime puts the sandbox's id into its control group, whatever manages the groups.
Result<> check_process(const linux::ProcessId& process, const std::string& sandbox_id) {
  PSYS_TRY_ASSIGN(const std::string groups,
                  linux::read_file(fmt::format("/proc/{}/cgroup", process.pid)));
  if (groups.contains(sandbox_id) && linux::is_alive(process)) {
    return {};
  }
  return Error::of(Code::unsupported,
                   "process {} is not the sandbox {}, as the container runtime says: is the "
                   "runtime in another pid namespace or on another machine?",
                   process.pid, sandbox_id.substr(0, 12));
}

// A pod that has a network of its own and whose process has the host's lives elsewhere.
Result<> check_own_network(const linux::ProcessId& process, const cri::NamespaceOptions& wanted) {
  if (wanted.network == cri::NamespaceMode::node) {
    return {};
  }
  PSYS_TRY_ASSIGN(const linux::HostNamespaces host, linux::HostNamespaces::read());
  PSYS_TRY_ASSIGN(const linux::Namespace net,
                  linux::Namespace::of_process(process.pid, NamespaceKind::net));
  if (!host.contains(net)) {
    return {};
  }
  return Error::of(
      Code::unsupported,
      "the sandbox's process {} is in the host's network namespace, though the pod has "
      "a network of its own: does its runtime handler run pods in a virtual machine? "
      "They have a kernel of their own, which cannot be set from here",
      process.pid);
}

std::vector<store::NamespaceRecord> records_of(const std::map<std::string, std::string>& listed,
                                               const linux::ProcessId& process,
                                               const cri::NamespaceOptions& wanted) {
  std::vector<store::NamespaceRecord> records;
  for (const auto& [kind, type] : kKinds) {
    const cri::NamespaceMode mode =
        kind == NamespaceKind::ipc ? wanted.ipc : wanted.network;  // uts goes with the network
    const auto found = listed.find(type);
    std::string path = found == listed.end() ? "" : found->second;
    if (mode == cri::NamespaceMode::node) {
      path = "host";
    } else if (path.empty() && process.pid != 0) {
      path = fmt::format("/proc/{}/ns/{}", process.pid, linux::to_string(kind));
    }
    if (!path.empty()) {
      records.push_back({std::string(linux::to_string(kind)), std::move(path)});
    }
  }
  return records;
}

Result<std::optional<linux::Namespace>> open_recorded(
    const std::vector<store::NamespaceRecord>& namespaces, NamespaceKind kind,
    const linux::HostNamespaces& host) {
  const auto record =
      std::ranges::find(namespaces, linux::to_string(kind), &store::NamespaceRecord::kind);
  if (record == namespaces.end() || record->path == "host") {
    return std::nullopt;
  }
  PSYS_TRY_ASSIGN(linux::Namespace opened, linux::Namespace::from_path(record->path, kind));
  if (host.contains(opened)) {
    return std::nullopt;
  }
  return opened;
}

}  // namespace

Result<pid_t> pid_of(const cri::StringMap& info) {
  PSYS_TRY_ASSIGN(const json::Value tree, parse_info(info));
  PSYS_TRY_ASSIGN(const std::int64_t pid, json::Cursor(tree, kName).int_or("pid", 0));
  return static_cast<pid_t>(std::clamp<std::int64_t>(pid, 0, 1 << 22));
}

Result<SandboxProcess> sandbox_process(const cri::SandboxStatus& status,
                                       const cri::NamespaceOptions& wanted) {
  PSYS_TRY_ASSIGN(const json::Value tree, parse_info(status.info));
  PSYS_TRY_ASSIGN(const auto listed, listed_namespaces(json::Cursor(tree, kName)));
  PSYS_TRY_ASSIGN(const pid_t pid, pid_of(status.info));
  SandboxProcess found;
  if (pid != 0) {
    PSYS_TRY_ASSIGN(found.process, linux::identify(pid));
    PSYS_TRY(check_process(found.process, status.sandbox.id));
    PSYS_TRY(check_own_network(found.process, wanted));
  }
  found.namespaces = records_of(listed, found.process, wanted);
  return found;
}

Result<sysctl::Target> target_of(const linux::ProcessId& process,
                                 const std::vector<store::NamespaceRecord>& namespaces) {
  PSYS_TRY_ASSIGN(const linux::HostNamespaces host, linux::HostNamespaces::read());
  if (process.pid != 0) {
    return sysctl::Target::of_process(process, host);
  }
  sysctl::Target target;
  PSYS_TRY_ASSIGN(target.net, open_recorded(namespaces, NamespaceKind::net, host));
  PSYS_TRY_ASSIGN(target.ipc, open_recorded(namespaces, NamespaceKind::ipc, host));
  PSYS_TRY_ASSIGN(target.uts, open_recorded(namespaces, NamespaceKind::uts, host));
  return target;
}

}  // namespace podsysctl::engine
