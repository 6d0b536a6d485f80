// SPDX-License-Identifier: Apache-2.0
#include "linux/wait.h"

#include <poll.h>

#include <algorithm>
#include <cerrno>

#include "linux/poll_timeout.h"

namespace podsysctl::linux {
namespace {

// Where the kernel has no pidfds, the processes are looked at this often instead.
constexpr std::chrono::milliseconds kLookAgain{20};

}  // namespace

Result<> wait_for_any(const std::vector<ProcessId>& processes, const std::vector<FdRef>& wakes,
                      std::chrono::milliseconds limit) {
  std::vector<Fd> pidfds;
  std::vector<pollfd> events;
  events.reserve(wakes.size() + processes.size());
  for (const FdRef wake : wakes) {
    events.push_back({wake.get(), POLLIN, 0});
  }
  std::chrono::milliseconds timeout = limit;
  for (const ProcessId& id : processes) {
    Result<Fd> pidfd = open_pidfd(id.pid);
    // Looked at after the pidfd is open: it is of this very process or of none that counts.
    if (!is_alive(id)) {
      return {};
    }
    if (pidfd) {
      events.push_back({pidfd->get(), POLLIN, 0});
      pidfds.push_back(*std::move(pidfd));
    } else {
      timeout = timeout.count() < 0 ? kLookAgain : std::min(timeout, kLookAgain);
    }
  }
  if (::poll(events.data(), events.size(), poll_timeout(timeout)) < 0 && errno != EINTR) {
    return Error::from_errno(errno, "wait for processes");
  }
  return {};
}

}  // namespace podsysctl::linux
