// SPDX-License-Identifier: Apache-2.0
// A sandbox's process and namespaces, from what the runtime tells of it (the verbose status, whose
// JSON is the runtime's own: containerd 1.6 to 2.x, CRI-O) and proven on this machine: a process id
// alone may be of another machine, another pid namespace or a process that has ended.
// Errors: unsupported (the runtime tells too little, or its pods run on a kernel of their own),
// not_found (it ended), internal (JSON that makes no sense). Thread-safety: reads /proc.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "cri/types.h"
#include "linux/process.h"
#include "store/records.h"
#include "sysctl/target.h"

namespace podsysctl::engine {

struct SandboxProcess {
  linux::ProcessId process;
  std::vector<store::NamespaceRecord> namespaces;
};
[[nodiscard]] Result<SandboxProcess> sandbox_process(const cri::SandboxStatus& status,
                                                     const cri::NamespaceOptions& wanted);

// Of the process; where there is none, of the recorded paths.
[[nodiscard]] Result<sysctl::Target> target_of(
    const linux::ProcessId& process, const std::vector<store::NamespaceRecord>& namespaces);

}  // namespace podsysctl::engine
