// SPDX-License-Identifier: Apache-2.0
// A sandbox as the Container Runtime Interface tells of it. Errors: those of cri/process_info.h.
// Thread-safety: pure function.
#pragma once

#include "agent/sandbox.h"
#include "base/result.h"
#include "cri/types.h"

namespace podsysctl::agent {

// From a verbose status.
[[nodiscard]] Result<Sandbox> sandbox_of(const cri::SandboxStatus& status, const Source& source);

}  // namespace podsysctl::agent
