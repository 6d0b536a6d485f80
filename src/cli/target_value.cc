// SPDX-License-Identifier: Apache-2.0
#include "cli/target_value.h"

#include <optional>
#include <string_view>
#include <utility>

#include "base/strings.h"
#include "cli/look.h"
#include "linux/proc_sys_look.h"
#include "linux/process.h"
#include "sysctl/target.h"
#include "sysctl/value.h"

namespace podsysctl::cli {
namespace {

using sysctl::Scope;
using sysctl::Target;

Result<Target> target_of_process(const linux::ProcessId& process, const std::string& name) {
  PSYS_TRY_ASSIGN(const linux::HostNamespaces host, linux::HostNamespaces::read());
  return with_context(Target::of_process(process, host), name);
}

Result<Target> target_of_pid(std::string_view digits, const std::string& name) {
  const auto pid = parse_number<pid_t>(digits);
  if (!pid || *pid <= 0) {
    return Error::of(Code::invalid_argument, "{}: a process id is a number such as pid:4711",
                     quoted(name));
  }
  PSYS_TRY_ASSIGN(const linux::ProcessId process, linux::identify(*pid));
  return target_of_process(process, name);
}

Result<Target> target_of_netns(const std::string& path) {
  PSYS_TRY_ASSIGN(const linux::HostNamespaces host, linux::HostNamespaces::read());
  PSYS_TRY_ASSIGN(auto net, linux::Namespace::from_path(path, linux::NamespaceKind::net));
  Target target;
  if (!host.contains(net)) {
    target.net.emplace(std::move(net));
  }
  return target;
}

Result<Target> target_of_pod(const std::string& name, const std::string& root) {
  PSYS_TRY_ASSIGN(std::optional<store::Store> store, open_to_look(root));
  if (!store) {
    return Error::of(Code::not_found, "no pod or container {}: there is no state in {}",
                     quoted(name), root);
  }
  PSYS_TRY_ASSIGN(const store::FoundPod found, store->find_pod(name));
  if (found.pod.sandbox_process.pid == 0 || !linux::is_alive(found.pod.sandbox_process)) {
    return Error::of(Code::not_found, "the pod {} does not run: no namespace holds its values",
                     quoted(name));
  }
  return target_of_process(found.pod.sandbox_process, name);
}

Result<Target> find_target(const std::string& name, const std::string& root) {
  const std::string_view form = std::string_view(name).substr(0, name.find(':'));
  if (form == name) {
    return target_of_pod(name, root);
  }
  const std::string rest = name.substr(form.size() + 1);
  if (form == "pid") {
    return target_of_pid(rest, name);
  }
  if (form == "netns") {
    return target_of_netns(rest);
  }
  return Error::of(Code::unsupported,
                   "{}: this version knows no targets of the form {} yet; give the name of a pod "
                   "or container of podsysctl, pid:N or netns:PATH",
                   quoted(name), quoted(form));
}

// Whether the target has the namespace that owns the key; otherwise the host's value holds there.
bool owns(const Target& target, Scope scope) {
  switch (scope) {
    case Scope::net:
      return target.net.has_value();
    case Scope::ipc:
      return target.ipc.has_value();
    case Scope::uts:
      return target.uts.has_value();
    case Scope::user:
      return target.user.has_value();
    case Scope::node:
      break;
  }
  return false;
}

std::string whose(const sysctl::SysctlKey& key, const std::string& target) {
  const Scope scope = scope_of(key);
  if (scope == Scope::node) {
    return "the node's value, which holds in every pod";
  }
  const bool only_net = target.starts_with("netns:");
  return only_net ? "a network namespace holds net.* only"
                  : fmt::format("the host's value: its {} namespace is shared", to_string(scope));
}

}  // namespace

std::optional<std::string> value_here(const sysctl::SysctlKey& key) {
  const auto proc = linux::ProcSys::open();
  if (!proc) {
    return std::nullopt;
  }
  const auto file = proc->open_key(key.path(), linux::ProcSysAccess::read);
  if (!file) {
    return std::nullopt;
  }
  const auto value = file->read();
  return value ? std::optional(sysctl::normalise(*value)) : std::nullopt;
}

Result<TargetValue> value_at(const std::string& target, const sysctl::SysctlKey& key,
                             const std::string& root) {
  PSYS_TRY_ASSIGN(const Target namespaces, find_target(target, root));
  TargetValue found{.target = target, .value = {}, .remark = {}};
  if (!owns(namespaces, scope_of(key))) {
    found.remark = whose(key, target);
    if (scope_of(key) == Scope::node || !target.starts_with("netns:")) {
      found.value = value_here(key);
    }
    return found;
  }
  PSYS_TRY_ASSIGN(sysctl::SysctlWriter writer, sysctl::SysctlWriter::open());
  Result<std::string> value;
  PSYS_TRY(writer.visit(namespaces, [&](sysctl::SysctlTree& tree) { value = tree.read(key); }));
  if (value) {
    found.value = sysctl::normalise(*value);
  } else if (value.error().code == Code::not_found) {
    found.remark = "it does not see this key: the node's value holds there";
  } else {
    return std::unexpected(std::move(value).error());
  }
  return found;
}

}  // namespace podsysctl::cli
