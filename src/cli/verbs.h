// SPDX-License-Identifier: Apache-2.0
// Every verb, one function and one file each: it describes its command line and what to do. The
// list in the order of `podsysctl --help` is make_app() in main.cc. Thread-safety: one thread.
#pragma once

#include <string>

#include "cli/args.h"

namespace podsysctl::cli {

void add_run(Command& app);
void add_ps(Command& app);
void add_inspect(Command& app);
void add_logs(Command& app);
void add_exec(Command& app);
void add_stop(Command& app);
void add_rm(Command& app);
void add_events(Command& app);
void add_node(Command& app);
void add_get(Command& app);
void add_set(Command& app);
void add_diff(Command& app);
void add_image(Command& app);
void add_explain(Command& app);
void add_catalog(Command& app);
void add_check(Command& app);
void add_migrate(Command& app);
void add_agent(Command& app);
void add_policy(Command& app);
void add_version(Command& app);
void add_completion(Command& app);  // last: it reads the whole of `app` when it is run

inline constexpr const char* kDefaultRoot = "/var/lib/podsysctl";

// --root, as every command that reads or writes state has it. Sets the default.
void add_root_flag(Command& command, std::string& root);

}  // namespace podsysctl::cli
