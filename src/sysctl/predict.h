// SPDX-License-Identifier: Apache-2.0
// What a pod can do with a key on a kernel that is not here, from the catalogue alone (the rule is
// in data/README.md). A key of a module or a configuration option counts as there.
// Thread-safety: pure functions.
#pragma once

#include "sysctl/catalog.h"
#include "sysctl/kernel_version.h"
#include "sysctl/key.h"
#include "sysctl/scope.h"

namespace podsysctl::sysctl {

// `key` is the entry's own, or one that its pattern names. In a pod without a user namespace of its
// own: user.* belongs to the node there.
[[nodiscard]] Settability predict(const Entry& entry, const SysctlKey& key, KernelVersion kernel);

// As above, for the entry itself; of a pattern, for the names that are a pod's.
[[nodiscard]] Settability predict(const Entry& entry, KernelVersion kernel);

// Whether `kernel` is `since` or newer; an empty or unreadable `since` is met by none.
[[nodiscard]] bool reached(std::string_view since, KernelVersion kernel);

}  // namespace podsysctl::sysctl
