// SPDX-License-Identifier: Apache-2.0
// A target's kernel parameters to read and write: the seam between the order and bookkeeping of
// apply.h and the kernel (target.h), which tests replace by a model.
// Thread-safety: used by one thread.
#pragma once

#include <string_view>

#include "base/result.h"
#include "sysctl/plan.h"

namespace podsysctl::sysctl {

class SysctlTree : public CurrentValues {
 public:
  // One write of the whole value. Errors carry the kernel's errno.
  [[nodiscard]] virtual Result<> write(const SysctlKey& key, std::string_view value) = 0;
};

}  // namespace podsysctl::sysctl
