// SPDX-License-Identifier: Apache-2.0
#include "cli/runtime_process.h"

#include <utility>

#include "linux/control_groups.h"

namespace podsysctl::cli {

Result<live::RuntimeProcess> proven_process(std::int64_t pid, const std::string& id,
                                            std::string description) {
  const Result<bool> is_its = linux::has_group_of(static_cast<pid_t>(pid), id);
  if (!is_its || !*is_its) {
    return Error::of(Code::unsupported,
                     "process {} is not that of {}, as its runtime says: is the runtime on another "
                     "machine or in another pid namespace?",
                     pid, description);
  }
  return live::RuntimeProcess{static_cast<pid_t>(pid), std::move(description)};
}

}  // namespace podsysctl::cli
