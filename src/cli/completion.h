// SPDX-License-Identifier: Apache-2.0
// Scripts that make a shell complete the command line of a program of ours, generated from the
// definitions of the commands. Pods, images and sysctls are asked of podsysctl itself when <TAB> is
// pressed. Thread-safety: pure functions.
#pragma once

#include <string>

#include "cli/args.h"

namespace podsysctl::cli {

[[nodiscard]] std::string bash_completion(const Command& app);
[[nodiscard]] std::string zsh_completion(const Command& app);
[[nodiscard]] std::string fish_completion(const Command& app);

}  // namespace podsysctl::cli
