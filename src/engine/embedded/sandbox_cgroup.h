// SPDX-License-Identifier: Apache-2.0
// A sandbox's own control group, "/podsysctl/<sandbox id>": pause leaves the group of the command
// that made it, so that it does not end with a login session (systemd's KillUserProcesses) nor
// count for it. One hierarchy is enough: the one that service managers go by.
// Moving a process makes the kernel wait for all processors (an RCU grace period, 5 to 20 ms), so
// it is done beside other work; a runtime that moves a process soon after does not wait again. A
// pause that cannot be moved works all the same where it is.
// Thread-safety: one thread per object.
#pragma once

#include <sys/types.h>

#include <future>
#include <string>

#include "base/result.h"
#include "engine/embedded/cgroup.h"

namespace podsysctl::engine {

class SandboxCgroup {
 public:
  SandboxCgroup() = default;

  // Starts to move `pause`; without any control group to move it to this does nothing.
  void start_move(const CgroupLayout& layout, const std::string& sandbox_id, pid_t pause);

  // Returns once the move has ended, one way or the other; so does the destructor.
  void finish_move();

 private:
  std::future<void> move_;
};

// unified, else name=systemd, else any; "" where there is none.
[[nodiscard]] std::string tracking_hierarchy(const CgroupLayout& layout);

}  // namespace podsysctl::engine
