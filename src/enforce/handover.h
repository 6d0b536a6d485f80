// SPDX-License-Identifier: Apache-2.0
// Handover: which settings of a pod a container runtime may write itself, so that its own tools
// show them. Runtimes write in random order and after the network is made or before it, so what
// depends on order or on an interface stays with us. Thread-safety: pure functions.
#pragma once

#include <span>
#include <vector>

#include "sysctl/setting.h"

namespace podsysctl::enforce {

// Those that no constraint names, that belong to no interface, and whose key every runtime can
// spell: a component with a dot in it is written to another path by runc and crun.
[[nodiscard]] std::vector<sysctl::Setting> for_runtime(std::span<const sysctl::Setting> settings);

}  // namespace podsysctl::enforce
