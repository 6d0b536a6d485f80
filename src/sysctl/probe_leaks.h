// SPDX-License-Identifier: Apache-2.0
// Kernels on which a write in a pod's namespace reaches the host: facts, as data. The fixes came in
// many stable series at once, so each row lists where it was fixed; newer series have it all.
// Thread-safety: pure functions.
#pragma once

#include <compare>
#include <optional>
#include <string>
#include <string_view>

#include "sysctl/key.h"

namespace podsysctl::sysctl {

struct KernelVersion {
  int major = 0;
  int minor = 0;
  int patch = 0;
  friend auto operator<=>(const KernelVersion&, const KernelVersion&) = default;
};

// From uname(2). A distribution's release keeps the first version of its series ("5.10.0-46"); the
// upstream version that it is at is then in `version` ("#1 SMP Debian 5.10.262-1 (2026-10-01)").
[[nodiscard]] std::optional<KernelVersion> kernel_version(std::string_view release,
                                                          std::string_view version);

// Why the key must not be written in a pod on this kernel ("fixed in Linux 5.10.37"), or nothing.
[[nodiscard]] std::optional<std::string> known_leak(const SysctlKey& key, KernelVersion kernel);

}  // namespace podsysctl::sysctl
