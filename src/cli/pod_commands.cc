// SPDX-License-Identifier: Apache-2.0
// The command lines of logs, exec, stop and rm. What they do: logs.cc, exec.cc, stop.cc.
#include <memory>
#include <optional>

#include "cli/exit_codes.h"
#include "cli/pod_verbs.h"
#include "cli/verbs.h"

namespace podsysctl::cli {
namespace {

constexpr std::size_t kLongestGraceSeconds = 86400;

struct ExecGiven {
  ExecFlags flags;
  std::string root;
};

int exec_given(ExecGiven& given) {
  // kubectl wants "--" before the command, docker does not.
  if (given.flags.command.size() > 1 && given.flags.command.front() == "--") {
    given.flags.command.erase(given.flags.command.begin());
  }
  return exec_in_pod(given.flags, given.root);
}

struct PodsGiven {
  std::vector<std::string> pods;
  std::string root;
  std::optional<std::size_t> seconds;
  bool force = false;
};

}  // namespace

void add_logs(Command& app) {
  struct Given {
    LogsFlags flags;
    std::string root;
  };
  const auto given = std::make_shared<Given>();
  LogsFlags& flags = given->flags;
  Command& logs = app.command("logs", "Print what a pod's containers wrote");
  logs.argument("NAME", Need::required, flags.pod).completed_with(Completes::pods);
  logs.option("c,container", "NAME", "Only this container", flags.container);
  logs.flag("f,follow", "Go on as more is written, until the pod ends", flags.follow);
  logs.option("n,tail", "LINES", "Only the last lines", flags.tail);
  logs.option("since", "TIME", "Only lines after this time (RFC 3339)", flags.since);
  logs.flag("t,timestamps", "Begin each line with its time", flags.timestamps);
  add_root_flag(logs, given->root);
  logs.action([given] { return show_logs(given->flags, given->root); });
}

void add_exec(Command& app) {
  const auto given = std::make_shared<ExecGiven>();
  ExecFlags& flags = given->flags;
  Command& exec = app.command("exec", "Run a command in a running container");
  exec.usage({"podsysctl exec [flags] NAME COMMAND [ARG...]"});
  exec.details(
      "The exit code is the command's; 125 if the failure is ours, 126 if COMMAND cannot\n"
      "be executed, 127 if it is not found.");
  exec.usage_exit(kRunFailed);
  exec.argument("NAME", Need::required, flags.pod).completed_with(Completes::pods);
  exec.rest("COMMAND", Need::required, flags.command);
  exec.option("c,container", "NAME", "Container of the pod (default: the first)", flags.container);
  exec.flag("i,interactive", "Give it our standard input", flags.interactive);
  exec.flag("t,tty", "Give it a terminal", flags.tty);
  exec.option("e,env", "KEY=VALUE", "Set an environment variable", flags.env);
  exec.option("w,workdir", "DIR", "Working folder", flags.working_dir);
  exec.option("u,user", "USER[:GROUP]", "User to run as", flags.user);
  add_root_flag(exec, given->root);
  exec.action([given] { return exec_given(*given); });
}

void add_stop(Command& app) {
  const auto given = std::make_shared<PodsGiven>();
  Command& stop = app.command("stop", "End pods and keep their records");
  stop.arguments("NAME", Need::required, given->pods).completed_with(Completes::pods);
  stop.details(
      "Each container gets the signal that its image asks for, SIGTERM if it asks for none,\n"
      "and SIGKILL when the time is over.");
  stop.option("t,time", "SECONDS",
              "Time to end before they are killed (default: what the pod says, else 30)",
              given->seconds);
  add_root_flag(stop, given->root);
  stop.action([given] {
    std::optional<std::chrono::seconds> grace;
    if (given->seconds) {
      grace = std::chrono::seconds(std::min(*given->seconds, kLongestGraceSeconds));
    }
    return stop_pods(given->pods, grace, given->root);
  });
}

void add_rm(Command& app) {
  const auto given = std::make_shared<PodsGiven>();
  Command& rm = app.command("rm", "Remove pods with their records and logs");
  rm.arguments("NAME", Need::required, given->pods).completed_with(Completes::pods);
  rm.flag("f,force", "Running ones too: they are killed", given->force);
  add_root_flag(rm, given->root);
  rm.action([given] {
    return remove_pods(given->pods, given->force ? Force::yes : Force::no, given->root);
  });
}

}  // namespace podsysctl::cli
