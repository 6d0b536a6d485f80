// SPDX-License-Identifier: Apache-2.0
// State for commands that only look. There is no daemon, so records of pods that may have changed
// are refreshed first; where that cannot be done, the records are shown with a warning.
// Thread-safety: one thread.
#pragma once

#include <optional>
#include <string>

#include "base/result.h"
#include "store/store.h"

namespace podsysctl::cli {

// Nullopt where there is no state yet: nothing is made, and nothing has been run.
[[nodiscard]] Result<std::optional<store::Store>> open_to_look(const std::string& root);

}  // namespace podsysctl::cli
