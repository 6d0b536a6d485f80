// SPDX-License-Identifier: Apache-2.0
#include "agent/namespaces.h"

#include <fcntl.h>

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "base/strings.h"
#include "linux/control_groups.h"
#include "linux/file.h"
#include "linux/open_in_root.h"

namespace podsysctl::agent {
namespace {

using linux::Namespace;
using linux::NamespaceKind;
using policy::NamespaceMode;

// Runtime classes whose pods run on a kernel of their own, by the usual names of their handlers.
constexpr std::array<std::string_view, 4> kOwnKernel{"kata", "runsc", "gvisor", "firecracker"};

constexpr std::string_view kShimPrefix =
    "io.containerd.";  // "io.containerd.kata.v2", as Docker has it

Result<> check_kernel(const Sandbox& sandbox) {
  std::string_view handler = sandbox.handler;
  if (handler.starts_with(kShimPrefix)) {
    handler.remove_prefix(kShimPrefix.size());
  }
  const bool own = std::ranges::any_of(
      kOwnKernel, [&](std::string_view prefix) { return handler.starts_with(prefix); });
  if (own) {
    return Error::of(Code::unsupported,
                     "the runtime handler {} gives a pod a kernel of its own, which cannot be "
                     "reached from the node",
                     in_quotes(sandbox.handler));
  }
  return {};
}

std::optional<Namespace>* slot_of(sysctl::Target& target, NamespaceKind kind) {
  switch (kind) {
    case NamespaceKind::net:
      return &target.net;
    case NamespaceKind::ipc:
      return &target.ipc;
    case NamespaceKind::uts:
      return &target.uts;
    case NamespaceKind::user:
      return &target.user;
    case NamespaceKind::mnt:
    case NamespaceKind::pid:
      break;
  }
  return nullptr;
}

// The process's namespace is the one at the path, or the pid is another process's by now. `known`
// is the process's, unless it is the host's.
Result<> check_same(const linux::HeldProcess& process, const std::optional<Namespace>& known,
                    const Namespace& at_path, const std::string& path) {
  bool is_same = known && known->id() == at_path.id();
  if (!known) {
    PSYS_TRY_ASSIGN(const Namespace shared, Namespace::of_process(process, at_path.kind()));
    is_same = shared.id() == at_path.id();
  }
  if (!is_same) {
    return Error::of(Code::conflict,
                     "process {} is not in the {} namespace {} that the runtime names: it may be "
                     "another process by now",
                     process.pid(), to_string(at_path.kind()), in_quotes(path));
  }
  return {};
}

Result<> check_group(const Sandbox& sandbox) {
  PSYS_TRY_ASSIGN(const bool is_in_it, linux::has_group_of(sandbox.pid, sandbox.group));
  if (!is_in_it) {
    return Error::of(Code::conflict,
                     "process {} is not in the control group of {}: it may be another process by "
                     "now, or the runtime is on another machine",
                     sandbox.pid, in_quotes(sandbox.group));
  }
  return {};
}

Result<Namespace> open_place(const NamespacePlace& place, const std::string& root) {
  // /proc is of the host's processes here and there, and its links cannot be walked by name.
  if (root == "/" || place.path.starts_with("/proc/")) {
    return Namespace::from_path(place.path, place.kind);
  }
  PSYS_TRY_ASSIGN(const linux::Fd top, linux::open_file(root, O_PATH | O_DIRECTORY));
  PSYS_TRY_ASSIGN(const std::string path, linux::place_in_root(top.ref(), place.path));
  return Namespace::from_path(root + path, place.kind);
}

Result<> take_place(const NamespacePlace& place, const linux::HostNamespaces& host,
                    const std::string& root, OpenSandbox& open) {
  std::optional<Namespace>* const slot = slot_of(open.target, place.kind);
  if (slot == nullptr || place.path.empty()) {
    return {};
  }
  PSYS_TRY_ASSIGN(Namespace ns, open_place(place, root));
  if (open.process) {
    return check_same(*open.process, *slot, ns, place.path);
  }
  if (!host.contains(ns)) {
    slot->emplace(std::move(ns));
  }
  return {};
}

NamespaceMode mode_of(const std::optional<Namespace>& ns) {
  return ns ? NamespaceMode::pod : NamespaceMode::host;
}

}  // namespace

const std::string& uid_of(const Sandbox& sandbox) noexcept {
  return sandbox.uid.empty() ? sandbox.id : sandbox.uid;
}

std::string title_of(const Sandbox& sandbox) {
  return fmt::format("pod {}/{}", sandbox.namespace_, sandbox.name);
}

Result<OpenSandbox> open_namespaces(const Sandbox& sandbox, const linux::HostNamespaces& host,
                                    const std::string& root) {
  PSYS_TRY(check_kernel(sandbox));
  if (sandbox.pid <= 0 && sandbox.places.empty()) {
    return Error::of(Code::not_found, "it has no process and no namespaces");
  }
  OpenSandbox open;
  if (sandbox.pid > 0) {
    PSYS_TRY_ASSIGN(open.process, linux::HeldProcess::hold(sandbox.pid));
    if (!sandbox.group.empty()) {
      PSYS_TRY(check_group(sandbox));
    }
    PSYS_TRY_ASSIGN(open.target, sysctl::Target::of_process(*open.process, host));
  }
  for (const NamespacePlace& place : sandbox.places) {
    PSYS_TRY(take_place(place, host, root, open));
  }
  if (open.process && open.process->has_ended()) {
    return Error::of(Code::not_found, "process {} has ended", sandbox.pid);
  }
  open.host = {.net = mode_of(open.target.net), .ipc = mode_of(open.target.ipc)};
  open.user = mode_of(open.target.user);
  return open;
}

}  // namespace podsysctl::agent
