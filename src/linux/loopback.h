// SPDX-License-Identifier: Apache-2.0
// A fresh net namespace has its loopback interface down.
#pragma once

namespace podsysctl::linux {

// Sets `lo` of the calling thread's net namespace up (netdevice(7), SIOCSIFFLAGS). 0, or the errno:
// it is called between clone and exec, where nothing may allocate.
[[nodiscard]] int bring_loopback_up() noexcept;

}  // namespace podsysctl::linux
