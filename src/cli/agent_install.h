// SPDX-License-Identifier: Apache-2.0
// podsysctl-agent install and uninstall: files of ours in the folders of a node's runtimes.
// Thread-safety: one thread.
#pragma once

#include "cli/args.h"

namespace podsysctl::cli {

void add_install(Command& app);
void add_uninstall(Command& app);

}  // namespace podsysctl::cli
