// SPDX-License-Identifier: Apache-2.0
#include "live/target.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/strings.h"
#include "linux/file.h"
#include "linux/process.h"
#include "sysctl/reader.h"

namespace podsysctl::live {
namespace {

using linux::Namespace;
using linux::NamespaceKind;
using sysctl::Scope;
using sysctl::Target;

constexpr std::array<std::pair<std::string_view, TargetForm>, 4> kForms{
    {{"pid", TargetForm::pid},
     {"netns", TargetForm::netns},
     {"docker", TargetForm::docker},
     {"cri", TargetForm::cri}}};

Result<Target> namespaces_of(pid_t pid, const std::string& what) {
  PSYS_TRY_ASSIGN(const linux::HostNamespaces host, linux::HostNamespaces::read());
  PSYS_TRY_ASSIGN(const linux::ProcessId process, with_context(linux::identify(pid), what));
  const Result<linux::Fd> pidfd = linux::open_pidfd(pid);
  if (!pidfd && pidfd.error().code != Code::unsupported) {
    return std::unexpected(pidfd.error());
  }
  PSYS_TRY_ASSIGN(Target target, Target::of_process(pid, host));
  // Without pidfds (before Linux 5.3) the start time tells a pid that was given out again.
  if (pidfd ? linux::has_ended(pidfd->ref()) : !linux::is_alive(process)) {
    return Error::of(Code::not_found, "{} has ended", what);
  }
  return target;
}

Result<FoundTarget> by_pid(std::string_view digits) {
  const auto pid = parse_number<pid_t>(digits);
  if (!pid || *pid <= 0) {
    return Error::of(Code::invalid_argument, "{}: a process id is a number such as pid:4711",
                     in_quotes(fmt::format("pid:{}", digits)));
  }
  FoundTarget found{.description = fmt::format("process {}", *pid)};
  PSYS_TRY_ASSIGN(found.namespaces, namespaces_of(*pid, found.description));
  return found;
}

Result<FoundTarget> by_netns(const std::string& path) {
  PSYS_TRY_ASSIGN(const linux::HostNamespaces host, linux::HostNamespaces::read());
  PSYS_TRY_ASSIGN(Namespace net, Namespace::from_path(path, NamespaceKind::net));
  FoundTarget found{.description = fmt::format("network namespace {}", path)};
  if (!host.contains(net)) {
    found.namespaces.net.emplace(std::move(net));
  }
  return found;
}

// The runtime's answer may be older than the pid: it is asked once more when the namespaces are
// open.
Result<FoundTarget> by_runtime(PidFinder* finder, std::string_view form, std::string_view id) {
  if (finder == nullptr) {
    return Error::of(Code::unsupported, "this build has no client for {}: targets", form);
  }
  if (id.empty()) {
    return Error::of(Code::invalid_argument, "{}: needs the name or id of a container", form);
  }
  PSYS_TRY_ASSIGN(const RuntimeProcess process, finder->find(id));
  FoundTarget found{.description = process.description};
  PSYS_TRY_ASSIGN(found.namespaces, namespaces_of(process.pid, process.description));
  PSYS_TRY_ASSIGN(const RuntimeProcess again, finder->find(id));
  if (again.pid != process.pid) {
    return Error::of(Code::conflict, "{} was restarted just now: try again", process.description);
  }
  return found;
}

void set_pod(FoundTarget& found, const store::PodRecord& pod) {
  found.pod_uid = pod.uid;
  found.pod = {"Pod", pod.namespace_, pod.name, pod.uid};
}

Result<FoundTarget> by_pod(const std::string& name, const Surroundings& surroundings) {
  if (surroundings.store == nullptr) {
    return Error::of(Code::not_found, "no pod or container {}: there is no state in {}",
                     in_quotes(name), surroundings.root);
  }
  PSYS_TRY_ASSIGN(const store::FoundPod pod, surroundings.store->find_pod(name));
  const linux::ProcessId& process = pod.pod.sandbox_process;
  if (!linux::is_alive(process)) {
    return Error::of(Code::not_found, "the pod {} does not run: no namespace holds its values",
                     in_quotes(name));
  }
  FoundTarget found{.description = fmt::format("pod {}/{}", pod.pod.namespace_, pod.pod.name)};
  PSYS_TRY_ASSIGN(found.namespaces, namespaces_of(process.pid, found.description));
  if (!linux::is_alive(process)) {
    return Error::of(Code::not_found, "{} has ended", found.description);
  }
  set_pod(found, pod.pod);
  return found;
}

// A container's process, or a path, that belongs to a pod of ours.
Result<> recognise_pod(FoundTarget& found, store::Store& store) {
  const auto& own = found.namespaces.net ? found.namespaces.net : found.namespaces.ipc;
  if (!own) {
    return {};
  }
  PSYS_TRY_ASSIGN(const auto pins, store.pins(to_string(own->kind())));
  for (const store::Pin& pin : pins) {
    const auto pinned = Namespace::from_path(pin.path, own->kind());
    if (!pinned || pinned->id() != own->id()) {
      continue;
    }
    PSYS_TRY_ASSIGN(const store::PodRecord pod, store.pod(pin.pod_uid));
    set_pod(found, pod);
    found.description += fmt::format(" (pod {}/{})", pod.namespace_, pod.name);
    break;
  }
  return {};
}

const std::optional<Namespace>* slot_of(const Target& target, Scope scope) {
  switch (scope) {
    case Scope::net:
      return &target.net;
    case Scope::ipc:
      return &target.ipc;
    case Scope::uts:
      return &target.uts;
    case Scope::user:
      return &target.user;
    case Scope::node:
      break;
  }
  return nullptr;
}

Result<FoundTarget> by_form(TargetForm form, const std::string& name, const std::string& rest,
                            const Surroundings& surroundings) {
  switch (form) {
    case TargetForm::pid:
      return by_pid(rest);
    case TargetForm::netns:
      return by_netns(rest);
    case TargetForm::docker:
      return by_runtime(surroundings.docker, "docker", rest);
    case TargetForm::cri:
      return by_runtime(surroundings.cri, "cri", rest);
    case TargetForm::pod:
      break;
  }
  return by_pod(name, surroundings);
}

}  // namespace

bool FoundTarget::owns(Scope scope) const {
  const auto* const slot = slot_of(namespaces, scope);
  return slot != nullptr && slot->has_value();
}

std::uint64_t FoundTarget::inode(Scope scope) const {
  const auto* const slot = slot_of(namespaces, scope);
  return slot != nullptr && slot->has_value() ? (*slot)->id().inode : 0;
}

std::string FoundTarget::why_not_own(Scope scope) const {
  if (owns(scope)) {
    return "";
  }
  if (scope == Scope::node) {
    return "the node's value, which holds in every pod";
  }
  if (form == TargetForm::netns && scope != Scope::net) {
    return "a network namespace holds net.* only";
  }
  return fmt::format("the host's value: its {} namespace is shared", to_string(scope));
}

policy::HostNamespaces FoundTarget::host_namespaces() const {
  policy::HostNamespaces host;
  host.net = namespaces.net ? host.net : policy::NamespaceMode::host;
  host.ipc = namespaces.ipc ? host.ipc : policy::NamespaceMode::host;
  return host;
}

Result<FoundTarget> find_target(const std::string& name, const Surroundings& surroundings) {
  const std::size_t colon = name.find(':');
  TargetForm form = TargetForm::pod;
  if (colon != std::string::npos) {
    const std::string_view start = std::string_view(name).substr(0, colon);
    const auto* const row = std::ranges::find(kForms, start, &decltype(kForms)::value_type::first);
    if (row == kForms.end()) {
      return Error::of(Code::invalid_argument,
                       "{}: there are no targets of the form {}: give the name of a pod or "
                       "container of podsysctl, pid:N, netns:PATH, docker:ID or cri:ID",
                       in_quotes(name), in_quotes(start));
    }
    form = row->second;
  }
  const std::string rest = colon == std::string::npos ? "" : name.substr(colon + 1);
  PSYS_TRY_ASSIGN(FoundTarget found, by_form(form, name, rest, surroundings));
  found.form = form;
  found.name = name;
  if (found.pod_uid.empty() && surroundings.store != nullptr) {
    PSYS_TRY(recognise_pod(found, *surroundings.store));
  }
  return found;
}

std::string audit_id_of_pod(std::string_view uid) { return fmt::format("pod/{}", uid); }

Result<std::string> audit_id(const FoundTarget& target) {
  if (!target.pod_uid.empty()) {
    return audit_id_of_pod(target.pod_uid);
  }
  PSYS_TRY_ASSIGN(const std::string boot, linux::read_file("/proc/sys/kernel/random/boot_id"));
  std::uint64_t cookie = 0;
  if (target.namespaces.net) {
    PSYS_TRY_ASSIGN(sysctl::SysctlReader reader, sysctl::SysctlReader::open());
    const Result<> looked = reader.run([&](sysctl::Glance& glance) -> Result<> {
      PSYS_TRY(glance.join(*target.namespaces.net));
      cookie = linux::own_net_cookie();
      return {};
    });
    PSYS_TRY(looked);
  }
  // Kernels without cookies, and targets without a network of their own, leave the inode.
  return cookie != 0 ? fmt::format("net/{}/{}", trim(boot), cookie)
                     : fmt::format("inode/{}/{}/{}", trim(boot), target.inode(Scope::net),
                                   target.inode(Scope::ipc));
}

}  // namespace podsysctl::live
