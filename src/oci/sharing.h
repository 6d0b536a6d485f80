// SPDX-License-Identifier: Apache-2.0
// Whose namespaces a container will be in: its own, the host's, or another container's. What is the
// host's is found out by looking: a path may lead there. A single container that joins the
// namespace of a process (/proc/PID/ns/net) joins another container; one at any other path was made
// for it by whoever made the container. Errors: of a path that is no namespace.
// Thread-safety: no shared state.
#pragma once

#include "base/result.h"
#include "linux/namespaces.h"
#include "oci/container.h"
#include "oci/pod.h"
#include "policy/host_namespaces.h"
#include "sysctl/scope.h"

namespace podsysctl::oci {

struct Sharing {
  policy::NamespaceMode net = policy::NamespaceMode::pod;
  policy::NamespaceMode ipc = policy::NamespaceMode::pod;
  policy::NamespaceMode uts = policy::NamespaceMode::pod;
  policy::NamespaceMode user = policy::NamespaceMode::host;

  // Of keys that no namespace owns: the host's.
  [[nodiscard]] policy::NamespaceMode of(sysctl::Scope scope) const noexcept;
};

[[nodiscard]] Result<Sharing> sharing_of(const Spec& spec, Role role,
                                         const linux::HostNamespaces& host);

}  // namespace podsysctl::oci
