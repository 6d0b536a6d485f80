// SPDX-License-Identifier: Apache-2.0
// The text of --help, from the definitions of args.h. Thread-safety: pure function.
#pragma once

#include <string>

#include "cli/args.h"

namespace podsysctl::cli {

[[nodiscard]] std::string help_text(const Command& command);

}  // namespace podsysctl::cli
