// SPDX-License-Identifier: Apache-2.0
// What `podsysctl get` and `diff` show, for the node service's API (docs/api.md). `set` is not
// there: the audit trail tells who changed something, and that is whoever ran the command.
// Thread-safety: as Store.
#pragma once

#include <string>

#include "api/api.h"

namespace podsysctl::cli {

[[nodiscard]] api::MoreResources live_resources(const std::string& root);

}  // namespace podsysctl::cli
