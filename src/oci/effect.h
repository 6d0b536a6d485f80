// SPDX-License-Identifier: Apache-2.0
// Settings put into effect in the namespaces of a container's first process, which waits: written
// in an order that is valid at every step, read back, taken back on failure. The host's namespaces
// are recognised by device and inode and left out: their keys are refused. Errors: not_found where
// the process has ended; the kernel's answer with the key. Thread-safety: no shared state.
#pragma once

#include <sys/types.h>

#include <vector>

#include "base/result.h"
#include "linux/namespaces.h"
#include "sysctl/setting.h"

namespace podsysctl::oci {

// Keys that were written: the others had their values already.
[[nodiscard]] Result<std::vector<sysctl::SysctlKey>> put_into_effect(
    const std::vector<sysctl::Setting>& settings, pid_t pid, const linux::HostNamespaces& host);

}  // namespace podsysctl::oci
