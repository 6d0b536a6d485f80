// SPDX-License-Identifier: Apache-2.0
#include "base/fault_point.h"

#include <signal.h>

#include <cstdlib>

namespace podsysctl {

void fault_point(std::string_view name) {
  const char* const wanted = std::getenv("PODSYSCTL_FAULT_POINT");
  if (wanted != nullptr && name == wanted) {
    ::raise(SIGKILL);
  }
}

}  // namespace podsysctl
