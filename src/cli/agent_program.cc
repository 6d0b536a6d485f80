// SPDX-License-Identifier: Apache-2.0
#include "cli/agent_program.h"

#include <cstdlib>
#include <exception>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "agent/service.h"
#include "base/clock.h"
#include "cli/allowlist.h"
#include "cli/args_parse.h"
#include "cli/exit_codes.h"
#include "cli/host_name.h"
#include "cli/output.h"
#include "nri/connection.h"
#include "rules/file_reader.h"

namespace podsysctl::cli {
namespace {

std::string_view name_of(LogLevel level) {
  switch (level) {
    case LogLevel::error:
      return "error";
    case LogLevel::warning:
      return "warning";
    case LogLevel::info:
      break;
  }
  return "info";
}

// "2026-11-26T11:15:13Z info nri: connected to containerd v2.1.9"
class ErrorStreamLog final : public Log {
 public:
  explicit ErrorStreamLog(const Clock& clock) : clock_(clock) {}
  void say(LogLevel level, std::string_view message) override {
    const std::string line =
        fmt::format("{} {} {}\n", to_rfc3339(clock_.now()), name_of(level), printable(message));
    const std::scoped_lock lock(mutex_);
    print_beside(line);
  }

 private:
  const Clock& clock_;
  std::mutex mutex_;
};

std::optional<std::string> environment(std::string_view name) {
  const char* const value = std::getenv(std::string(name).c_str());
  return value == nullptr ? std::nullopt : std::optional<std::string>(value);
}

struct Given {
  agent::Options options{.root = "/var/lib/podsysctl/agent",
                         .policy_folder = rules::kDefaultFolder,
                         .nri_socket = std::string(nri::kDefaultSocket),
                         .status_socket = agent::kStatusSocket};
  std::vector<std::string> allowed;
  std::string kubernetes_version;
};

int serve(Given& given) {
  const SystemClock clock;
  ErrorStreamLog log(clock);
  const Result<policy::Allowlist> allowlist =
      make_allowlist(given.allowed, given.kubernetes_version);
  if (!allowlist) {
    return report(allowlist.error());
  }
  given.options.host = host_name();
  const Result<> ended = agent::run(given.options, *allowlist, &environment, clock, log);
  return ended ? kOk : report(ended.error());
}

Command make_agent() {
  const auto given = std::make_shared<Given>();
  agent::Options& options = given->options;
  Command app("podsysctl-agent", "Gives the pods of a container runtime their kernel parameters");
  app.details(
      "Registers with the runtime over the Node Resource Interface: as an external plugin at its "
      "socket, or over the connection that a runtime hands to a plugin that it starts itself. Runs "
      "until SIGTERM; SIGHUP reads the policy files again.");
  app.option("policy-dir", "DIR", "Folder of SysctlPolicy and SysctlProfile files",
             options.policy_folder)
      .completed_with(Completes::folders);
  app.option("nri-socket", "PATH", "The runtime's NRI socket; `none`: that door stays shut",
             options.nri_socket)
      .completed_with(Completes::files);
  app.option("nri-index", "NN", "Two digits: plugins are called in the order of these",
             options.identity.index);
  app.option("nri-name", "NAME", "Name to register under", options.identity.name);
  app.option("status-socket", "PATH", "Where `podsysctl agent status` asks", options.status_socket)
      .completed_with(Completes::files);
  app.option("allowed-unsafe-sysctls", "PATTERN,...", "Allowed beside the safe list, to every pod",
             given->allowed);
  app.option("kubernetes-version", "1.X", "Whose safe list and messages; default: the newest known",
             given->kubernetes_version);
  app.option("root", "DIR", "Folder of the agent's own state", options.root)
      .completed_with(Completes::folders);
  app.action([given] { return serve(*given); });
  return app;
}

}  // namespace

int run_agent(int argc, char** argv) {
  try {
    const std::vector<std::string> words(argv + (argc > 0 ? 1 : 0), argv + argc);
    const Command app = make_agent();
    return dispatch(app, words);
  } catch (const std::exception& failure) {
    // No interface of ours throws: this is a defect, or there is no memory left.
    complain(failure.what());
    return kFailed;
  }
}

}  // namespace podsysctl::cli
