// SPDX-License-Identifier: Apache-2.0
// From what a runtime says about a sandbox to its namespaces. What is the host's is found out by
// looking, not by what the runtime says, and is left out: there nothing can be written. A pid may
// be another process's by the time it is looked at: the process is held, looked at again at the
// end, and must sit in the namespaces that the runtime has paths for, and in the control group that
// the runtime has made. Errors: not_found where the process has ended; conflict where it is another
// one; unsupported for sandboxes with a kernel of their own; invalid_argument for a path that is no
// namespace. Thread-safety: no shared state.
#pragma once

#include <optional>
#include <string>

#include "agent/sandbox.h"
#include "base/result.h"
#include "linux/process.h"
#include "policy/host_namespaces.h"
#include "sysctl/target.h"

namespace podsysctl::agent {

struct OpenSandbox {
  sysctl::Target target;
  std::optional<linux::HeldProcess> process;
  policy::HostNamespaces host;  // which of the host's it shares
  policy::NamespaceMode user = policy::NamespaceMode::host;
};

// `root` is where the runtime's root is seen: "/proc/1/root" from a container that shares the
// host's processes, since the paths that a runtime names are its own.
[[nodiscard]] Result<OpenSandbox> open_namespaces(const Sandbox& sandbox,
                                                  const linux::HostNamespaces& host,
                                                  const std::string& root = "/");

}  // namespace podsysctl::agent
