// SPDX-License-Identifier: Apache-2.0
// Processes that outlive a command of ours and must be found again: a pid alone may have been given
// to another process since, so it is kept together with the process's start time (field 22 of
// /proc/PID/stat, clock ticks since boot) and signalled through a pidfd (pidfd_open(2), Linux 5.3;
// plain kill(2) after the same check before).
// Thread-safety: values.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <optional>

#include "base/result.h"
#include "linux/fd.h"

namespace podsysctl::linux {

struct ProcessId {
  pid_t pid = 0;  // 0: none
  std::uint64_t start_time = 0;
  friend bool operator==(const ProcessId&, const ProcessId&) = default;
};

// The identity of a process that runs now; not_found if there is none.
[[nodiscard]] Result<ProcessId> identify(pid_t pid);

// True while that very process exists and is no zombie.
[[nodiscard]] bool is_alive(const ProcessId& id);

// Sends a signal to that very process; a process that is gone is success.
[[nodiscard]] Result<> send_signal(const ProcessId& id, int signal);

// Waits until that very process has ended (it need not be our child); false when time ran out.
[[nodiscard]] Result<bool> wait_until_gone(const ProcessId& id, std::chrono::milliseconds limit);

// SIGKILL, then wait_until_gone; timeout error if it stays.
[[nodiscard]] Result<> kill_and_wait(const ProcessId& id, std::chrono::milliseconds limit);

// How a child of ours ended: exit code, or 128 + signal as shells say.
[[nodiscard]] Result<int> wait_for_child(pid_t pid);

[[nodiscard]] Result<Fd> open_pidfd(pid_t pid);

// Whether the process behind a pidfd is there no more. While it is, its pid is its own: what was
// opened by that pid since the pidfd was made belongs to this process.
[[nodiscard]] bool has_ended(FdRef pidfd);

}  // namespace podsysctl::linux
