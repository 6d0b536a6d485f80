// SPDX-License-Identifier: Apache-2.0
// Which of the host's namespaces a pod shares, as far as sysctl rules ask. hostPID plays no part.
// Thread-safety: values.
#pragma once

#include <cstdint>

namespace podsysctl::policy {

enum class NamespaceMode : std::uint8_t { pod, host };

struct HostNamespaces {
  NamespaceMode net = NamespaceMode::pod;  // hostNetwork
  NamespaceMode ipc = NamespaceMode::pod;  // hostIPC
};

}  // namespace podsysctl::policy
