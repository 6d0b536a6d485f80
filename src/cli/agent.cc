// SPDX-License-Identifier: Apache-2.0
#include <memory>
#include <string>

#include "agent/service.h"
#include "agent/status.h"
#include "cli/exit_codes.h"
#include "cli/output.h"
#include "cli/verbs.h"

namespace podsysctl::cli {
namespace {

struct Given {
  std::string socket = agent::kStatusSocket;
  std::string output = "text";
};

int status(const Given& given) {
  const agent::Form form = given.output == "json" ? agent::Form::json : agent::Form::text;
  const Result<std::string> answer =
      with_context(agent::ask(given.socket, form), "no agent answers");
  if (!answer) {
    const int code = report(answer.error());
    print_beside("hint: start podsysctl-agent, or name its socket with --status-socket\n");
    return code;
  }
  print(*answer);
  return kOk;
}

}  // namespace

void add_agent(Command& app) {
  const auto given = std::make_shared<Given>();
  Command& command = app.command("agent", "Ask the agent that runs on this node");
  Command& asked =
      command.command("status", "Show its runtime, policy, pods, records and what went wrong last");
  asked.option("status-socket", "PATH", "The agent's socket", given->socket)
      .completed_with(Completes::files);
  asked.choice("o,output", {"text", "json"}, "Form of the output", given->output);
  asked.action([given] { return status(*given); });
}

}  // namespace podsysctl::cli
