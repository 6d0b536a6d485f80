// SPDX-License-Identifier: Apache-2.0
// The node service's /metrics. Thread-safety: pure function.
#pragma once

#include <string>
#include <string_view>

#include "api/metrics_text.h"
#include "service/metrics.h"

namespace podsysctl::service {

[[nodiscard]] std::string exposition(const Counts& counts, const api::RecordCounts& records,
                                     const api::ProcessCounts& process, std::string_view version);

}  // namespace podsysctl::service
