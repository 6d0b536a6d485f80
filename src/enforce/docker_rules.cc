// SPDX-License-Identifier: Apache-2.0
#include "enforce/docker_rules.h"

#include "sysctl/scope.h"

namespace podsysctl::enforce {
namespace {

using policy::NamespaceMode;
using policy::Verdict;
using sysctl::Scope;
using sysctl::Setting;

Verdict forbid(const Setting& setting, std::string message, std::string hint) {
  return Verdict::forbidden(setting.key.name(), policy::kSysctlForbidden, std::move(message),
                            std::move(hint));
}

Verdict forbid_node_key(const Setting& setting) {
  return forbid(setting,
                fmt::format("sysctl '{}={}' is not allowed", setting.key.name(), setting.value),
                "it belongs to the node, not to a container: set it on the node with sysctl(8)");
}

// Docker itself would change the other container without a word.
Verdict forbid_joined(const Setting& setting, std::string_view scope) {
  return forbid(setting,
                fmt::format("sysctl \"{}\" would change the container whose {} namespace is joined",
                            setting.key.name(), scope),
                "set it on that container, or allow it to be changed with --change-joined");
}

Verdict judge_net(const Setting& setting, const policy::HostNamespaces& host) {
  const std::string& name = setting.key.name();
  if (host.net == NamespaceMode::host) {
    return forbid(setting, fmt::format("sysctl \"{}\" not allowed in host network namespace", name),
                  "leave out --network host, or set it on the node with sysctl(8)");
  }
  if (host.net == NamespaceMode::joined) {
    return forbid_joined(setting, "network");
  }
  return Verdict::allowed(name, "the container's own network namespace");
}

Verdict judge_ipc(const Setting& setting, const policy::HostNamespaces& host) {
  const std::string& name = setting.key.name();
  if (host.ipc == NamespaceMode::host) {
    return forbid(setting,
                  fmt::format("sysctl \"{}\" is not allowed in the hosts ipc namespace", name),
                  "leave out --ipc host, or set it on the node with sysctl(8)");
  }
  if (host.ipc == NamespaceMode::joined) {
    return forbid_joined(setting, "ipc");
  }
  return Verdict::allowed(name, "the container's own ipc namespace");
}

Verdict judge_uts(const Setting& setting, const policy::HostNamespaces& host) {
  const std::string& name = setting.key.name();
  if (name == "kernel.hostname") {
    return forbid(
        setting,
        fmt::format(R"(sysctl "{}" is not allowed as it conflicts with the OCI "hostname" field)",
                    name),
        "give the name with --hostname");
  }
  // The uts namespace follows the network's.
  if (host.net == NamespaceMode::host) {
    return forbid_node_key(setting);
  }
  return Verdict::allowed(name, "the container's own uts namespace");
}

Verdict judge_one(const Setting& setting, const policy::HostNamespaces& host) {
  switch (scope_of(setting.key)) {
    case Scope::net:
      return judge_net(setting, host);
    case Scope::ipc:
      return judge_ipc(setting, host);
    case Scope::uts:
      return judge_uts(setting, host);
    case Scope::user:
      return forbid(setting,
                    fmt::format("setting ucounts without a user namespace not allowed: {}",
                                setting.key.name()),
                    "sandboxes have no user namespace of their own");
    case Scope::node:
      break;
  }
  return forbid_node_key(setting);
}

}  // namespace

std::vector<Verdict> docker_verdicts(std::span<const Setting> settings,
                                     const policy::HostNamespaces& host) {
  std::vector<Verdict> verdicts;
  verdicts.reserve(settings.size());
  for (const Setting& setting : settings) {
    verdicts.push_back(judge_one(setting, host));
  }
  return verdicts;
}

}  // namespace podsysctl::enforce
