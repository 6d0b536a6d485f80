// SPDX-License-Identifier: Apache-2.0
// The texts of /etc/hosts, /etc/hostname and /etc/resolv.conf that the containers of a pod share.
// Errors name the host's file that could not be read. Thread-safety: no shared state.
// Source: hosts(5), resolv.conf(5); the layout is the kubelet's.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "sandbox/network.h"

namespace podsysctl::sandbox {

// IP, name: spec.hostAliases.
using HostAliases = std::vector<std::pair<std::string, std::string>>;

// For a pod with its own network. `addresses` may have prefix lengths; none for `--network none`.
[[nodiscard]] std::string pod_hosts(const std::string& hostname,
                                    const std::vector<std::string>& addresses,
                                    const HostAliases& aliases);

// For a pod in the host's network: the host's own file, then the aliases.
[[nodiscard]] Result<std::string> host_hosts(const HostAliases& aliases,
                                             const std::string& hosts_path = "/etc/hosts");

[[nodiscard]] std::string hostname_file(const std::string& hostname);

struct ResolvConfPaths {
  std::string host = "/etc/resolv.conf";
  // What systemd-resolved itself asks: used where `host` names only its stub on the loopback
  // interface, which a pod does not reach.
  std::string behind_stub = "/run/systemd/resolve/resolv.conf";
};

// From what the plugins gave, else from the host. With NetworkMode::host the host's file as it is.
// A host without the file gives an empty text.
[[nodiscard]] Result<std::string> resolv_conf(NetworkMode mode, const Dns& dns,
                                              const ResolvConfPaths& paths = {});

}  // namespace podsysctl::sandbox
