// SPDX-License-Identifier: Apache-2.0
// What `set` says to a person: values before and after, when each is felt, what existing sockets
// keep, and what became of them with --live-sockets. Thread-safety: pure functions.
#pragma once

#include <string>

#include "live/change.h"

namespace podsysctl::cli {

[[nodiscard]] std::string plan_text(const sysctl::Plan& plan);
[[nodiscard]] std::string change_text(const live::Change& change);

}  // namespace podsysctl::cli
