// SPDX-License-Identifier: Apache-2.0
#include "cli/completion.h"

#include <memory>

#include "cli/exit_codes.h"
#include "cli/output.h"
#include "cli/verbs.h"

namespace podsysctl::cli {

void add_completion(Command& app) {
  Command& completion = app.command("completion", "Print a script that completes commands");
  completion.details(
      "bash: podsysctl completion bash > /etc/bash_completion.d/podsysctl\n"
      "zsh:  podsysctl completion zsh > \"${fpath[1]}/_podsysctl\"\n"
      "fish: podsysctl completion fish > ~/.config/fish/completions/podsysctl.fish");
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
