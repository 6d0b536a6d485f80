// SPDX-License-Identifier: Apache-2.0
#include "cli/main.h"

#include <cstdio>
#include <exception>
#include <string>
#include <vector>

#include "cli/args_parse.h"
#include "cli/exit_codes.h"
#include "cli/output.h"
#include "cli/verbs.h"

namespace podsysctl::cli {

Command make_app() {
  Command app("podsysctl", "Kernel parameters (sysctls) for containers and pods");
  app.details("podsysctl COMMAND --help shows the flags of a command.");
  for (const auto add :
       {&add_run,     &add_ps,      &add_inspect,   &add_logs,  &add_exec,    &add_stop,
        &add_rm,      &add_events,  &add_get,       &add_set,   &add_diff,    &add_node,
        &add_agent,   &add_policy,  &add_image,     &add_check, &add_migrate, &add_explain,
        &add_catalog, &add_version, &add_completion}) {
    add(app);
  }
  return app;
}

int run_main(int argc, char** argv) {
  try {
    std::vector<std::string> words(argv + (argc > 0 ? 1 : 0), argv + argc);
    if (words.size() == 1 && words.front() == "--version") {
      words.front() = "version";
    }
    const Command app = make_app();
    const int code = dispatch(app, words);
    if (!flush_output()) {
      complain("writing to standard output failed");
      return code == kOk ? kFailed : code;
    }
    return code;
  } catch (const std::exception& failure) {
    // No interface of ours throws: this is a defect, or there is no memory left.
    complain(failure.what());
    return kFailed;
  }
}

}  // namespace podsysctl::cli
