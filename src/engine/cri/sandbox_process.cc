// SPDX-License-Identifier: Apache-2.0
#include "engine/cri/sandbox_process.h"

#include <algorithm>
#include <array>
#include <map>

#include "base/strings.h"
#include "cri/process_info.h"
#include "linux/control_groups.h"
#include "linux/namespaces.h"

namespace podsysctl::engine {
namespace {

using linux::NamespaceKind;

// The kinds as a runtime's specification names them.
constexpr std::array kKinds{std::pair{NamespaceKind::net, "network"},
                            std::pair{NamespaceKind::ipc, "ipc"},
                            std::pair{NamespaceKind::uts, "uts"}};

// The runtime puts the sandbox's id into its control group, whatever manages the groups.
Result<> check_process(const linux::ProcessId& process, const std::string& sandbox_id) {
  PSYS_TRY_ASSIGN(const bool is_in_its_group, linux::has_group_of(process.pid, sandbox_id));
  if (is_in_its_group && linux::is_alive(process)) {
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

Result<SandboxProcess> sandbox_process(const cri::SandboxStatus& status,
                                       const cri::NamespaceOptions& wanted) {
  PSYS_TRY_ASSIGN(const cri::ProcessInfo told, cri::read_process_info(status.info));
  SandboxProcess found;
  if (told.pid != 0) {
    PSYS_TRY_ASSIGN(found.process, linux::identify(told.pid));
    PSYS_TRY(check_process(found.process, status.sandbox.id));
    PSYS_TRY(check_own_network(found.process, wanted));
  }
  found.namespaces = records_of(told.namespaces, found.process, wanted);
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
