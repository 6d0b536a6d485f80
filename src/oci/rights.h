// SPDX-License-Identifier: Apache-2.0
// The few rights that the hook needs, before it reads what others wrote: four capabilities, and no
// way to run or trace programs, to load code into the kernel or to open files by handle. The
// runtime wrapper cannot give them up, since it starts the runtime. Errors: from errno.
// Thread-safety: before there is another thread.
#pragma once

#include "base/result.h"

namespace podsysctl::oci {

[[nodiscard]] Result<> keep_few_rights();

}  // namespace podsysctl::oci
