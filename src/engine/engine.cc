// SPDX-License-Identifier: Apache-2.0
#include "engine/engine.h"

#include "linux/wait.h"

namespace podsysctl::engine {

Result<> Engine::wait_for_change(const std::vector<ContainerRef>& containers,
                                 const std::vector<linux::FdRef>& wakes,
                                 std::chrono::milliseconds limit) {
  std::vector<linux::ProcessId> processes;
  processes.reserve(containers.size());
  for (const ContainerRef& container : containers) {
    processes.push_back(container.process);
  }
  return linux::wait_for_any(processes, wakes, limit);
}

}  // namespace podsysctl::engine
