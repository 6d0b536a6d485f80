// SPDX-License-Identifier: Apache-2.0
// The kernel's own view in a container that is not privileged, whatever the engine: hidden or
// read-only as docker and Kubernetes have it. /proc/sys is the point of it: an application cannot
// change its pod's parameters. Constants.
#pragma once

#include <array>

namespace podsysctl::engine {

inline constexpr std::array kMaskedPaths{
    "/proc/acpi",       "/proc/asound",      "/proc/interrupts",
    "/proc/kcore",      "/proc/keys",        "/proc/latency_stats",
    "/proc/timer_list", "/proc/timer_stats", "/proc/sched_debug",
    "/proc/scsi",       "/sys/firmware",     "/sys/devices/virtual/powercap"};
inline constexpr std::array kReadOnlyPaths{"/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys",
                                           "/proc/sysrq-trigger"};

}  // namespace podsysctl::engine
