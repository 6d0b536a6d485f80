// SPDX-License-Identifier: Apache-2.0
// `podsysctl run`, once its flags are read. Returns the exit code, as docker run: 125 when the
// failure is ours, 126 and 127 for a command that cannot be executed or found, else the
// container's.
#pragma once

#include <string>

#include "cli/run_flags.h"

namespace podsysctl::cli {

[[nodiscard]] int run_pod(const RunFlags& flags, const std::string& root);

}  // namespace podsysctl::cli
