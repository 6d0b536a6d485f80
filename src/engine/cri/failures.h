// SPDX-License-Identifier: Apache-2.0
// The runtime's errors with what we know about them in front; its own text follows whole.
// Thread-safety: pure functions.
#pragma once

#include <span>

#include "base/error.h"
#include "engine/start_failure.h"
#include "sysctl/setting.h"

namespace podsysctl::engine {

// A sandbox was refused. `handed`: the settings that the runtime was given; where one of them is
// the cause, code and errno are those of the write.
[[nodiscard]] Error explain_sandbox_failure(Error error, std::span<const sysctl::Setting> handed);

// A container was not started; with docker's exit code for the cause.
[[nodiscard]] StartFailure explain_start_failure(const Error& error);

}  // namespace podsysctl::engine
