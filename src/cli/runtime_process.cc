// SPDX-License-Identifier: Apache-2.0
#include "cli/runtime_process.h"

#include <utility>

#include "linux/file.h"

namespace podsysctl::cli {

Result<live::RuntimeProcess> proven_process(std::int64_t pid, const std::string& id,
                                            std::string description) {
  const Result<std::string> groups = linux::read_file(fmt::format("/proc/{}/cgroup", pid));
  if (id.empty() || !groups || !groups->contains(id)) {
    return Error::of(Code::unsupported,
                     "process {} is not that of {}, as its runtime says: is the runtime on another "
                     "machine or in another pid namespace?",
                     pid, description);
  }
  return live::RuntimeProcess{static_cast<pid_t>(pid), std::move(description)};
}

}  // namespace podsysctl::cli
