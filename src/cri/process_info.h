// SPDX-License-Identifier: Apache-2.0
// The process and the namespaces of a sandbox or container, which the interface has no fields for:
// from the verbose status, whose JSON is the runtime's own (containerd 1.6 to 2.x, CRI-O).
// Errors: unsupported (the runtime tells none of it), invalid_argument (JSON that makes no sense).
// Thread-safety: pure function.
#pragma once

#include <sys/types.h>

#include <map>
#include <string>

#include "base/result.h"
#include "cri/types.h"

namespace podsysctl::cri {

struct ProcessInfo {
  pid_t pid = 0;  // 0 where the runtime keeps a sandbox without a process (CRI-O's default)
  // By the name that the OCI runtime specification has for the kind ("network"): the path where the
  // runtime has pinned it; "" where it is only the process's.
  std::map<std::string, std::string> namespaces;
};

// `info`: SandboxStatus::info or ContainerStatus::info.
[[nodiscard]] Result<ProcessInfo> read_process_info(const StringMap& info);

}  // namespace podsysctl::cri
