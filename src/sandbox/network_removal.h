// SPDX-License-Identifier: Apache-2.0
// DEL, whatever has become of the sandbox meanwhile: its net namespace may be gone, its interface
// deleted by a DEL that was killed halfway, its ADD never recorded.
// Thread-safety: no shared state.
#pragma once

#include "base/result.h"
#include "sandbox/cni_record.h"

namespace podsysctl::sandbox {

// Success if there is nothing to remove.
[[nodiscard]] Result<> remove_from_network(CniRecord record);

}  // namespace podsysctl::sandbox
