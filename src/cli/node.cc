// SPDX-License-Identifier: Apache-2.0
// `podsysctl node`: its flags, and what the service is handed from here.
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <memory>
#include <optional>
#include <utility>

#include <fmt/core.h>

#include "cli/build_info.h"
#include "cli/context.h"
#include "cli/exit_codes.h"
#include "cli/live_resources.h"
#include "cli/output.h"
#include "cli/verbs.h"
#include "policy/allowlist.h"
#include "service/service.h"

namespace podsysctl::cli {
namespace {

struct Given {
  std::string manifests;
  std::string config;
  std::string kubelet_config;
  std::vector<std::string> allowed_unsafe;
  std::string kubernetes_version;
  std::vector<std::string> node_labels;
  std::string engine;
  std::string runtime;
  std::string network;
  std::string socket;
  std::string authfile;
  std::optional<std::size_t> drift_interval;
  bool repair_drift = false;
  std::string root;
};

// One line each; the journal takes a level in front (sd-daemon(3)).
class ServiceLog final : public Log {
 public:
  ServiceLog() : journal_(std::getenv("JOURNAL_STREAM") != nullptr) {}

  void say(LogLevel level, std::string_view message) override {
    const std::string text = printable(message);
    if (journal_) {
      fmt::print(stderr, "<{}>{}\n", priority_of(level), text);
    } else {
      fmt::print(stderr, "{}: {}\n", word_of(level), text);
    }
  }

 private:
  static int priority_of(LogLevel level) {
    return level == LogLevel::error ? 3 : level == LogLevel::warning ? 4 : 6;
  }
  static std::string_view word_of(LogLevel level) {
    return level == LogLevel::error ? "error" : level == LogLevel::warning ? "warning" : "info";
  }

  bool journal_;
};

class CommandWorkplace final : public service::Workplace {
 public:
  explicit CommandWorkplace(std::unique_ptr<Context> context) : context_(std::move(context)) {}
  [[nodiscard]] const node::Node& node() const noexcept override { return context_->node(); }

 private:
  std::unique_ptr<Context> context_;
};

std::optional<std::string> if_given(const std::string& text) {
  return text.empty() ? std::nullopt : std::optional(text);
}

Result<service::Config> config_of(const Given& given) {
  service::Config config{.manifest_folder = if_given(given.manifests),
                         .engine = if_given(given.engine),
                         .runtime = if_given(given.runtime),
                         .network = if_given(given.network),
                         .socket = if_given(given.socket),
                         .authfile = if_given(given.authfile),
                         .kubernetes_version = if_given(given.kubernetes_version),
                         .allowed_unsafe = {},
                         .kubelet_config = if_given(given.kubelet_config),
                         .node_labels = given.node_labels,
                         .drift_interval = std::nullopt,
                         .on_drift = std::nullopt};
  for (const std::string& text : given.allowed_unsafe) {
    PSYS_TRY_ASSIGN(const std::vector<std::string> more, policy::parse_pattern_list(text));
    config.allowed_unsafe.insert(config.allowed_unsafe.end(), more.begin(), more.end());
  }
  if (given.drift_interval) {
    config.drift_interval = std::chrono::seconds(*given.drift_interval);
  }
  if (given.repair_drift) {
    config.on_drift = live::OnDrift::repair;
  }
  return config;
}

Result<> serve(const Given& given) {
  const auto manager = linux::ServiceManager::from_environment();
  PSYS_TRY_ASSIGN(service::Config flags, config_of(given));
  const service::ServiceOptions options{.root = given.root,
                                        .flags = std::move(flags),
                                        .config_file = given.config,
                                        .version = std::string(build_info().version),
                                        .more = live_resources(given.root)};
  const auto open = [&given]() -> Result<std::unique_ptr<service::Workplace>> {
    PSYS_TRY_ASSIGN(std::unique_ptr<Context> context, Context::open(given.root));
    return std::unique_ptr<service::Workplace>(
        std::make_unique<CommandWorkplace>(std::move(context)));
  };
  ServiceLog log;
  return service::run_service(options, open, manager, log);
}

void add_policy_flags(Command& node, Given& given) {
  node.option("allowed-unsafe-sysctls", "PATTERN,...",
              "Allow sysctls beyond the safe ones, e.g. 'net.*'", given.allowed_unsafe)
      .also("experimental-allowed-unsafe-sysctls");
  node.option("kubelet-config", "FILE", "Also take what this KubeletConfiguration says of sysctls",
              given.kubelet_config)
      .completed_with(Completes::files);
  node.option("kubernetes-version", "1.X", "Judge as this release does (default: newest known)",
              given.kubernetes_version);
  node.option("node-label", "K=V", "Label of this host for nodeSelector", given.node_labels);
}

void add_service_flags(Command& node, Given& given) {
  node.option("pod-manifest-path", "DIR",
              "Folder of the pods' manifests (default /etc/podsysctl/manifests)", given.manifests)
      .completed_with(Completes::folders);
  node.option("config", "FILE", "Configuration; flags win over it, lists add up", given.config)
      .completed_with(Completes::files);
  node.choice("engine", {"embedded", "docker", "cri"}, "What runs the pods (default embedded)",
              given.engine);
  node.option("runtime", "NAME|PATH", "OCI runtime (default: the first that works here)",
              given.runtime)
      .completed_with(Completes::files);
  node.choice("network", {"none", "host", "bridge"},
              "Network of pods without hostNetwork (default bridge)", given.network);
  node.option("socket", "PATH", "Of the local API (default: ROOT/node.sock)", given.socket)
      .completed_with(Completes::files);
  node.option("authfile", "FILE", "Credentials of registries (default: those of docker, podman)",
              given.authfile)
      .completed_with(Completes::files);
  node.option("drift-interval", "SECONDS",
              "Time between two looks for drift (default 60; 0: never)", given.drift_interval);
  node.flag("repair-drift", "Put drifted settings back into force", given.repair_drift);
}

}  // namespace

void add_node(Command& app) {
  const auto given = std::make_shared<Given>();
  Command& node = app.command("node", "Run the pods of a folder, as the kubelet runs static pods");
  node.details(
      "Each *.yaml, *.yml and *.json file of the folder holds one v1 Pod. Pods go on running when\n"
      "the service ends, and are adopted by the next one. SIGHUP reads all files anew.");
  add_service_flags(node, *given);
  add_policy_flags(node, *given);
  add_root_flag(node, given->root);
  node.action([given] {
    const Result<> served = serve(*given);
    return served ? kOk : report(served.error());
  });
}

}  // namespace podsysctl::cli
