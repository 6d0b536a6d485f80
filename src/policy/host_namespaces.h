// SPDX-License-Identifier: Apache-2.0
// Which namespaces a pod shares with the host, or with another container, as far as sysctl rules
// ask. hostPID plays no part. Thread-safety: values.
#pragma once

#include <cstdint>

namespace podsysctl::policy {

// joined: those of a container that somebody else made, which must not be changed.
enum class NamespaceMode : std::uint8_t { pod, host, joined };

struct HostNamespaces {
  NamespaceMode net = NamespaceMode::pod;  // hostNetwork
  NamespaceMode ipc = NamespaceMode::pod;  // hostIPC
};

}  // namespace podsysctl::policy
