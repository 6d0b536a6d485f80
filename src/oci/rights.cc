// SPDX-License-Identifier: Apache-2.0
#include "oci/rights.h"

#include <linux/capability.h>

#include <array>

#include "linux/privileges.h"

namespace podsysctl::oci {

Result<> keep_few_rights() {
  static constexpr std::array kKept{
      CAP_SYS_ADMIN,        // to join namespaces
      CAP_SYS_PTRACE,       // to open /proc/PID/ns of processes that are another user's
      CAP_NET_ADMIN,        // to write net.* of a network that belongs to a user namespace
      CAP_DAC_READ_SEARCH,  // to read bundles that are another user's
  };
  PSYS_TRY(linux::keep_only_capabilities(kKept));
  return linux::refuse_calls();
}

}  // namespace podsysctl::oci
