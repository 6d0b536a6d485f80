// SPDX-License-Identifier: Apache-2.0
// The runtime's errors with what we know about them in front; its own text follows whole.
// Thread-safety: pure functions.
#pragma once

#include "base/error.h"
#include "engine/start_failure.h"

namespace podsysctl::engine {

// A container was not started; with docker's exit code for the cause.
[[nodiscard]] StartFailure explain_start_failure(const Error& error);

}  // namespace podsysctl::engine
