// SPDX-License-Identifier: Apache-2.0
// The program podsysctl-agent: its command line, and its log on standard error. Thread-safety:
// called once, by main().
#pragma once

#include "cli/args.h"

namespace podsysctl::cli {

[[nodiscard]] Command make_agent();

[[nodiscard]] int run_agent(int argc, char** argv);

}  // namespace podsysctl::cli
