// SPDX-License-Identifier: Apache-2.0
#include "cli/agent_program.h"

#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <exception>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "agent/service.h"
#include "base/clock.h"
#include "cli/agent_follow.h"
#include "cli/agent_install.h"
#include "cli/args_parse.h"
#include "cli/build_info.h"
#include "cli/exit_codes.h"
#include "cli/host_name.h"
#include "cli/live_resources.h"
#include "cli/output.h"
#include "cli/verbs.h"
#include "json/json.h"
#include "linux/service_manager.h"
#include "nri/connection.h"
#include "policy/allowlist.h"
#include "rules/file_reader.h"
#include "service/config.h"
#include "service/node_policy.h"
#include "sysctl/setting.h"

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

// "2026-11-26T11:15:13Z info nri: connected to containerd v2.1.9", or the same as one JSON object a
// line, for whoever collects logs.
class ErrorStreamLog final : public Log {
 public:
  enum class Form : std::uint8_t { text, json };

  ErrorStreamLog(const Clock& clock, Form form) : clock_(clock), form_(form) {}
  void say(LogLevel level, std::string_view message) override {
    const std::string time = to_rfc3339(clock_.now());
    const std::string line =
        form_ == Form::json ? as_json(time, level, message)
                            : fmt::format("{} {} {}\n", time, name_of(level), printable(message));
    const std::scoped_lock lock(mutex_);
    print_beside(line);
  }

 private:
  static std::string as_json(const std::string& time, LogLevel level, std::string_view message) {
    const json::Value line = {
        {"time", time}, {"level", std::string(name_of(level))}, {"message", std::string(message)}};
    return json::dump(line) + "\n";
  }

  const Clock& clock_;
  Form form_;
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
  FollowFlags follow;
  std::vector<std::string> allowed;
  std::string kubernetes_version;
  std::string kubelet_config;
  std::vector<std::string> defaults;  // KEY=VALUE
  std::optional<std::size_t> drift_interval;
  std::string on_drift = "report";
  std::string log_format = "text";
};

// What this node allows and gives to every pod, as the node service reads it.
Result<service::NodePolicy> node_policy(const Given& given) {
  service::Config config;
  if (!given.kubernetes_version.empty()) {
    config.kubernetes_version = given.kubernetes_version;
  }
  if (!given.kubelet_config.empty()) {
    config.kubelet_config = given.kubelet_config;
  }
  for (const std::string& text : given.allowed) {
    PSYS_TRY_ASSIGN(const std::vector<std::string> more, policy::parse_pattern_list(text));
    config.allowed_unsafe.insert(config.allowed_unsafe.end(), more.begin(), more.end());
  }
  return service::load_policy(config);
}

// Those of the flags go before those of the kubelet's configuration. The rules for names and values
// are the newest: the flag is ours.
Result<std::optional<policy::DefaultSysctls>> flag_defaults(const Given& given) {
  std::vector<policy::DefaultSysctls::Entry> entries;
  for (const std::string& text : given.defaults) {
    PSYS_TRY_ASSIGN(const sysctl::Setting setting,
                    with_context(sysctl::parse_assignment(text, {.source = "--default-sysctl"}),
                                 "--default-sysctl"));
    entries.push_back({setting.key.name(), setting.value});
  }
  if (entries.empty()) {
    return std::nullopt;
  }
  PSYS_TRY_ASSIGN(policy::DefaultSysctls made,
                  policy::DefaultSysctls::create(policy::KubernetesVersion::newest(), entries));
  return std::optional(std::move(made));
}

Result<> run(Given& given, const linux::ServiceManager& manager, const Clock& clock, Log& log) {
  agent::Options& options = given.options;
  PSYS_TRY_ASSIGN(service::NodePolicy node, node_policy(given));
  PSYS_TRY_ASSIGN(std::optional<policy::DefaultSysctls> defaults, flag_defaults(given));
  for (std::optional<policy::DefaultSysctls>* const each : {&defaults, &node.defaults}) {
    if (*each) {
      options.defaults.push_back(std::move(**each));
    }
  }
  if (given.drift_interval) {
    options.drift_interval = std::chrono::seconds(*given.drift_interval);
  }
  options.on_drift = given.on_drift == "repair" ? rules::OnDrift::repair : rules::OnDrift::report;
  PSYS_TRY(take(given.follow, options));
  options.host = host_name();
  options.version = build_info().version;
  options.more = live_resources(options.root);
  return agent::run(options, node.allowlist, &environment, manager, clock, log);
}

int serve(Given& given) {
  const auto manager = linux::ServiceManager::from_environment();
  const SystemClock clock;
  ErrorStreamLog log(
      clock, given.log_format == "json" ? ErrorStreamLog::Form::json : ErrorStreamLog::Form::text);
  const Result<> ended = run(given, manager, clock, log);
  return ended ? kOk : report(ended.error(), kAgentProgram);
}

void add_policy_flags(Command& app, Given& given) {
  app.option("policy-dir", "DIR", "Folder of SysctlPolicy and SysctlProfile files",
             given.options.policy_folder)
      .completed_with(Completes::folders);
  app.option("allowed-unsafe-sysctls", "PATTERN,...", "Allowed beside the safe list, to every pod",
             given.allowed);
  app.option("default-sysctl", "KEY=VALUE", "For every pod that says nothing of this key",
             given.defaults);
  app.option("kubelet-config", "FILE",
             "Also take what this KubeletConfiguration says of sysctls: allowlist and defaults",
             given.kubelet_config)
      .completed_with(Completes::files);
  app.option("kubernetes-version", "1.X", "Whose safe list and messages; default: the newest known",
             given.kubernetes_version);
}

void add_drift_flags(Command& app, Given& given) {
  app.option("drift-interval", "SECONDS", "Time between two looks for drift (default 60; 0: never)",
             given.drift_interval);
  app.choice("on-drift", {"report", "repair"},
             "What becomes of a value that something else changed, where no policy says",
             given.on_drift);
}

}  // namespace

Command make_agent() {
  const auto given = std::make_shared<Given>();
  agent::Options& options = given->options;
  Command app(std::string(kAgentProgram),
              "Gives the pods of a container runtime their kernel parameters");
  app.usage({"podsysctl-agent [flags]", "podsysctl-agent install|uninstall [flags]",
             "podsysctl-agent completion bash|zsh|fish"});
  app.details(
      "Registers with the runtime over the Node Resource Interface: as an external plugin at\n"
      "its socket, or over the connection that a runtime hands to a plugin that it starts\n"
      "itself. Runtimes without it are followed (--follow): values come right after a pod's\n"
      "start then. Runs until SIGTERM; SIGHUP reads the policy files again. `install` puts\n"
      "files of ours into the folders of a node's runtime, `uninstall` takes them away.");
  add_policy_flags(app, *given);
  app.option("nri-socket", "PATH", "The runtime's NRI socket; `none`: that door stays shut",
             options.nri_socket)
      .completed_with(Completes::files);
  app.option("nri-index", "NN", "Two digits: plugins are called in the order of these",
             options.identity.index);
  app.option("nri-name", "NAME", "Name to register under", options.identity.name);
  add_follow_flags(app, given->follow);
  add_drift_flags(app, *given);
  app.choice("log-format", {"text", "json"}, "Of what is said on standard error",
             given->log_format);
  app.option("status-socket", "PATH", "Of the local API, which `podsysctl agent status` asks, too",
             options.status_socket)
      .completed_with(Completes::files);
  app.option("host-root", "DIR",
             "Where the runtime's root is seen; /proc/1/root in a container that shares the host's "
             "processes",
             options.host_root)
      .completed_with(Completes::folders);
  app.option("root", "DIR", "Folder of the agent's own state", options.root)
      .completed_with(Completes::folders);
  app.action([given] { return serve(*given); });
  add_install(app);
  add_uninstall(app);
  add_completion(app);
  return app;
}

int run_agent(int argc, char** argv) {
  try {
    const std::vector<std::string> words(argv + (argc > 0 ? 1 : 0), argv + argc);
    const Command app = make_agent();
    return dispatch(app, words);
  } catch (const std::exception& failure) {
    // No interface of ours throws: this is a defect, or there is no memory left.
    complain(failure.what(), kAgentProgram);
    return kFailed;
  }
}

}  // namespace podsysctl::cli
