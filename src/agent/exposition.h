// SPDX-License-Identifier: Apache-2.0
// The agent's /metrics (docs/api.md). Thread-safety: pure function.
#pragma once

#include <string>
#include <string_view>

#include "agent/status.h"
#include "api/metrics_text.h"

namespace podsysctl::agent {

[[nodiscard]] std::string exposition(const Status& status, const api::RecordCounts& records,
                                     const api::ProcessCounts& process, std::string_view version);

}  // namespace podsysctl::agent
