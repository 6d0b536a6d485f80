// SPDX-License-Identifier: Apache-2.0
// Running targets in the local API of a service, as the service's process sees them, beside the
// records of its state folder. Thread-safety: as Store.
#pragma once

#include <string>

#include "api/api.h"

namespace podsysctl::cli {

[[nodiscard]] api::MoreResources live_resources(const std::string& root);

}  // namespace podsysctl::cli
