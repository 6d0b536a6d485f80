// SPDX-License-Identifier: Apache-2.0
#include "cli/host_name.h"

#include <sys/utsname.h>

namespace podsysctl::cli {

std::string host_name() {
  utsname kernel{};
  return ::uname(&kernel) == 0 ? kernel.nodename : "localhost";
}

}  // namespace podsysctl::cli
