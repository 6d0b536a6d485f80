// SPDX-License-Identifier: Apache-2.0
// What is said of values that were written, by the occasion on which a sandbox was looked at.
// Thread-safety: pure functions.
#pragma once

#include <string>
#include <string_view>

#include "agent/recorder.h"
#include "agent/review_queue.h"
#include "sysctl/apply.h"

namespace podsysctl::agent {

// `late`: of the sockets that were there before; not looked at for a start.
[[nodiscard]] Notice notice_of(const sysctl::Application& application, Occasion occasion,
                               const std::string& late);

// For the audit trail; of any occasion but a start.
[[nodiscard]] std::string_view audit_reason(Occasion occasion);

}  // namespace podsysctl::agent
