// SPDX-License-Identifier: Apache-2.0
// A fresh net namespace has its loopback interface down.
#pragma once

#include "base/result.h"

namespace podsysctl::linux {

// Sets `lo` of the calling thread's net namespace up (netdevice(7), SIOCSIFFLAGS).
[[nodiscard]] Result<> bring_loopback_up();

}  // namespace podsysctl::linux
