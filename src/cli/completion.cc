// SPDX-License-Identifier: Apache-2.0
#include "cli/completion.h"

#include <memory>

#include <fmt/core.h>

#include "cli/exit_codes.h"
#include "cli/output.h"
#include "cli/verbs.h"

namespace podsysctl::cli {

void add_completion(Command& app) {
  Command& completion = app.command("completion", "Print a script that completes commands");
  completion.details(
      fmt::format("bash: {0} completion bash > /etc/bash_completion.d/{0}\n"
                  "zsh:  {0} completion zsh > \"${{fpath[1]}}/_{0}\"\n"
                  "fish: {0} completion fish > ~/.config/fish/completions/{0}.fish",
                  app.name()));
  struct Shell {
    const char* name;
    std::string (*script)(const Command&);
  };
  for (const Shell shell : {Shell{"bash", &bash_completion}, Shell{"zsh", &zsh_completion},
                            Shell{"fish", &fish_completion}}) {
    Command& command =
        completion.command(shell.name, std::string("Print the script for ") + shell.name);
    command.action([script = shell.script, &app] {
      print(script(app));
      return kOk;
    });
  }
}

}  // namespace podsysctl::cli
