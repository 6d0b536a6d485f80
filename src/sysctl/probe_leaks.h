// SPDX-License-Identifier: Apache-2.0
// Kernels on which a write in a pod's namespace reaches the host: facts, as data (`leaks` in
// data/catalog). The fixes came in many stable series at once; newer series have it all.
// Thread-safety: pure functions.
#pragma once

#include <optional>
#include <string>

#include "sysctl/catalog.h"
#include "sysctl/kernel_version.h"
#include "sysctl/key.h"

namespace podsysctl::sysctl {

// Why the key must not be written in a pod on this kernel ("fixed in Linux 5.10.37"), or nothing.
[[nodiscard]] std::optional<std::string> known_leak(const SysctlKey& key, KernelVersion kernel);
[[nodiscard]] std::optional<std::string> known_leak(const Entry& entry, KernelVersion kernel);

}  // namespace podsysctl::sysctl
