// SPDX-License-Identifier: Apache-2.0
#include "cli/ways_to_set.h"

#include <array>
#include <optional>

#include <fmt/core.h>

#include "policy/allowlist.h"
#include "policy/hints.h"
#include "policy/names.h"
#include "policy/safe_list.h"

namespace podsysctl::cli {
namespace {

using policy::KubernetesVersion;
using sysctl::Scope;
using sysctl::Settability;

constexpr std::string_view kSampleInterface = "eth0";

// A family's key needs an interface to be written down.
std::string concrete(const KeyFacts& facts) {
  std::string name = facts.key.name();
  const std::size_t star = name.find(".*.");
  return star == std::string::npos ? name : name.replace(star + 1, 1, kSampleInterface);
}

bool is_safe(const KeyFacts& facts) {
  return policy::find_safe_sysctl(facts.key.name()) != nullptr;
}

bool kubelet_knows(const std::string& name) {
  return policy::known_namespace(name, KubernetesVersion::newest()).has_value();
}

std::string_view host_field(Scope scope) {
  return scope == Scope::net ? "hostNetwork" : scope == Scope::ipc ? "hostIPC" : "";
}

std::string_view docker_host_flag(Scope scope) {
  return scope == Scope::net ? "--network host" : scope == Scope::ipc ? "--ipc host" : "";
}

// "allow it on this node with --allowed-unsafe-sysctls '…'", by the newest kubelet's rules.
std::string how_to_allow(const std::string& name) {
  const auto nothing_allowed =
      policy::Allowlist::create(KubernetesVersion::newest(), {}, std::nullopt);
  return nothing_allowed ? policy::hint_for_unlisted(name, policy::AskedBy::field, *nothing_allowed)
                         : nothing_allowed.error().message;
}

Way pod_way(const KeyFacts& facts, const std::string& name, std::string_view value) {
  Way way{.name = "pod", .title = "In the pod's manifest", .needs = {}, .text = {}};
  if (!kubelet_knows(name)) {
    way.works = false;
    way.needs = fmt::format(
        "The kubelet takes keys of the net and ipc namespaces only, and {} belongs to {}.", name,
        to_string(facts.scope));
    return way;
  }
  way.needs = is_safe(facts) ? "Needs nothing where it is on the safe list; not with "
                             : "Needs a kubelet that was told so; not with ";
  way.needs += fmt::format("{}.", host_field(facts.scope));
  way.text = fmt::format(
      "spec:\n  securityContext:\n    sysctls:\n      - name: {}\n        value: \"{}\"\n", name,
      value);
  return way;
}

Way docker_way(const KeyFacts& facts, const std::string& name, std::string_view value) {
  Way way{.name = "docker", .title = "With docker", .needs = {}, .text = {}};
  if (facts.scope == Scope::uts) {
    way.works = false;
    way.needs = "docker run has the flags --hostname and --domainname instead.";
    return way;
  }
  way.needs = fmt::format("Needs nothing more; not with {}.", docker_host_flag(facts.scope));
  const std::vector<std::string> parts = facts.key.components();
  const bool of_interface = parts.size() == 5 && parts[0] == "net" && parts[3] != "all" &&
                            parts[3] != "default" && parts[3] != "lo";
  if (of_interface) {
    way.needs += fmt::format(
        " Docker 27 and newer want an interface's key as --network name=bridge,"
        "driver-opt=com.docker.network.endpoint.sysctls={}.{}.{}.IFNAME.{}={}.",
        parts[0], parts[1], parts[2], parts[4], value);
  }
  way.text = fmt::format("docker run --sysctl '{}={}' IMAGE\n", name, value);
  return way;
}

Way init_way(const std::string& name, std::string_view value) {
  return {.name = "init-container",
          .title = "In a privileged init container",
          .needs =
              "Needs a namespace that admits privileged pods. It is root on the node, and nobody "
              "checks what it writes: prefer the field above.",
          .text = fmt::format("spec:\n  initContainers:\n    - name: sysctl\n      image: busybox\n"
                              "      command: [\"sysctl\", \"-w\", \"{}={}\"]\n"
                              "      securityContext:\n        privileged: true\n",
                              name, value)};
}

Way node_way(const KeyFacts& facts, const std::string& name, std::string_view value) {
  std::string needs = "Needs root on the node; it holds for every pod there.";
  if (facts.scope == Scope::node) {
    needs +=
        " A privileged init container could write it too, for the whole node, and it stays when "
        "the pod is gone.";
  }
  return {.name = "node",
          .title = "On the node",
          .needs = needs,
          .text = fmt::format("# /etc/sysctl.d/90-{}.conf, then: sysctl --system\n{} = {}\n",
                              facts.scope == Scope::node ? "node" : to_string(facts.scope), name,
                              value)};
}

// Why no door leads a pod to the key, for the doors that one would try.
void add_closed_doors(std::vector<Way>& ways, const KeyFacts& facts, const std::string& name) {
  const bool read_only = facts.settability == Settability::pod_read_only;
  std::string why = "It belongs to the node: a pod has none of its own.";
  if (read_only) {
    why = "A pod can read it, but the kernel lets only the host write it.";
  } else if (facts.scope == Scope::user) {
    why = "A pod has one of its own only with a user namespace (hostUsers: false).";
  }
  const std::string allowlisted =
      kubelet_knows(name)
          ? " The kubelet would take the name, but the container could not be started."
          : "";
  ways.push_back({"pod", "In the pod's manifest", false, why + allowlisted, ""});
  ways.push_back({"docker", "With docker", false, why, ""});
}

std::string settable_rule(const KeyFacts& facts, const std::string& name) {
  if (const policy::SafeSysctl* const safe = policy::find_safe_sysctl(name)) {
    std::string text = fmt::format("Safe since Kubernetes {}", safe->since.to_string());
    if (safe->kernel) {
      text += fmt::format(" on nodes with Linux {} or newer", safe->kernel->to_string());
    }
    return text + ": every pod may set it.";
  }
  if (!kubelet_knows(name)) {
    return fmt::format(
        "Not possible: the kubelet takes keys of the net and ipc namespaces, not of {}.",
        to_string(facts.scope));
  }
  return fmt::format(
      "Unsafe: {} (in the kubelet's configuration file: allowedUnsafeSysctls); else the pod is "
      "rejected with SysctlForbidden.",
      how_to_allow(name));
}

}  // namespace

std::vector<Way> ways_to_set(const KeyFacts& facts, std::string_view value) {
  std::vector<Way> ways;
  const std::string name = concrete(facts);
  switch (facts.settability) {
    case Settability::absent:
    case Settability::leaky:
      break;
    case Settability::pod_writable:
      ways.push_back(pod_way(facts, name, value));
      ways.push_back(docker_way(facts, name, value));
      ways.push_back(init_way(name, value));
      break;
    case Settability::pod_read_only:
    case Settability::node_only:
      add_closed_doors(ways, facts, name);
      ways.push_back(node_way(facts, name, value));
      break;
  }
  return ways;
}

std::string kubernetes_rule(const KeyFacts& facts) {
  const std::string name = concrete(facts);
  switch (facts.settability) {
    case Settability::absent:
      return "Not possible: this kernel does not have it.";
    case Settability::leaky:
      return "Never: a write in a pod reaches the host on this kernel.";
    case Settability::pod_read_only:
    case Settability::node_only:
      return kubelet_knows(name)
                 ? "Not possible on this kernel, though the kubelet takes the name: a pod that "
                   "asks for it cannot be started."
                 : "Not possible: it is no pod's to set; the kubelet rejects the pod with "
                   "SysctlForbidden.";
    case Settability::pod_writable:
      break;
  }
  return settable_rule(facts, name);
}

std::string inheritance_of(const KeyFacts& facts) {
  switch (facts.settability) {
    case Settability::absent:
      return "";
    case Settability::leaky:
      return "A pod sees it as if it were its own, but its writes reach the host.";
    case Settability::pod_read_only:
      return "A pod sees the host's value and cannot change it.";
    case Settability::node_only:
      return facts.scope == Scope::user
                 ? "A limit of the user namespace: a pod without one of its own lives with the "
                   "host's."
                 : "There is one value for the node, and every pod lives with it.";
    case Settability::pod_writable:
      break;
  }
  const std::string depends =
      facts.entry == nullptr ? "" : std::string(facts.entry->default_depends);
  return fmt::format(
      "Each {} namespace has its own: what is set on the host does not reach {}",
      to_string(facts.scope),
      depends.empty() ? "pods, which start with the default."
                      : "pods that run. What a new one starts with depends on: " + depends + ".");
}

}  // namespace podsysctl::cli
