// SPDX-License-Identifier: Apache-2.0
// The program podsysctl. Thread-safety: called once, by main().
#pragma once

#include "cli/args.h"

namespace podsysctl::cli {

// All commands; the verbs' own variables live as long as it does.
[[nodiscard]] Command make_app();

[[nodiscard]] int run_main(int argc, char** argv);

}  // namespace podsysctl::cli
