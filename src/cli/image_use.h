// SPDX-License-Identifier: Apache-2.0
// Which unpacked layers must stay. Thread-safety: one thread.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"

namespace podsysctl::cli {

// The folders of every layer while any pod has a sandbox or is being made: a name may lead to other
// layers by now than when the pod took it. None otherwise; ended pods cannot be started again.
[[nodiscard]] Result<std::vector<std::string>> layers_in_use(const std::string& root);

}  // namespace podsysctl::cli
