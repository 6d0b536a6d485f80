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

// A process that cannot become another one while this is held: behind a pidfd none can come.
// Without pidfds (before Linux 5.3) the start time tells a pid that was given out again.
class HeldProcess {
 public:
  // not_found if there is none.
  [[nodiscard]] static Result<HeldProcess> hold(pid_t pid);

  [[nodiscard]] pid_t pid() const noexcept { return id_.pid; }
  [[nodiscard]] FdRef pidfd() const noexcept { return pidfd_.ref(); }  // invalid: there is none
  // Until it has, what was opened by its pid since hold() is of this process.
  [[nodiscard]] bool has_ended() const;
  // What to find it by later. It has to be read, which takes a while. The start time is 0 if the
  // process has ended: is_alive() is false then.
  [[nodiscard]] ProcessId id() const;

 private:
  HeldProcess(Fd pidfd, ProcessId id) : pidfd_(std::move(pidfd)), id_(id) {}

  Fd pidfd_;
  ProcessId id_;  // behind a pidfd only the pid
};

[[nodiscard]] Result<Fd> open_pidfd(pid_t pid);

// Whether the process behind a pidfd is there no more. While it is, its pid is its own: what was
// opened by that pid since the pidfd was made belongs to this process.
[[nodiscard]] bool has_ended(FdRef pidfd);

}  // namespace podsysctl::linux
