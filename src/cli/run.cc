// SPDX-License-Identifier: Apache-2.0
#include "cli/run.h"

#include <unistd.h>

#include <algorithm>
#include <cstdio>

#include <fmt/core.h>

#include "base/strings.h"
#include "cli/allowlist.h"
#include "cli/context.h"
#include "linux/file.h"
#include "node/run.h"
#include "pod/manifest.h"
#include "pod/node.h"
#include "policy/allowlist.h"

namespace podsysctl::cli {
namespace {

constexpr int kOurFailure = 125;

int report(const Error& error) {
  fmt::print(stderr, "podsysctl: {}\n", error.message);
  return kOurFailure;
}

int report(const node::LaunchFailure& failure) {
  if (failure.offenders.empty()) {
    fmt::print(stderr, "podsysctl: {}: {}\n", failure.reason, failure.message);
  }
  for (const policy::Verdict& verdict : failure.offenders) {
    fmt::print(stderr, "{}\n", to_text(verdict));
  }
  return failure.exit_code;
}

Result<pod::PodSpec> spec_from_file(const RunFlags& flags) {
  const bool from_stdin = flags.file == "-";
  std::string text;
  if (from_stdin) {
    PSYS_TRY_ASSIGN(text, linux::read_all(linux::FdRef(STDIN_FILENO), "standard input",
                                          pod::kMaxManifestBytes));
  } else {
    PSYS_TRY_ASSIGN(text, linux::read_file(flags.file, pod::kMaxManifestBytes));
  }
  PSYS_TRY_ASSIGN(pod::Manifest manifest, pod::read_pod(text, from_stdin ? "<stdin>" : flags.file));
  for (const pod::Notice& notice : manifest.notices) {
    fmt::print(stderr, "{}: {}\n", notice.severity == pod::Severity::info ? "note" : "warning",
               notice.text());
  }
  PSYS_TRY_ASSIGN(const pod::Labels labels, pod::host_labels(flags.node_labels));
  PSYS_TRY(pod::match_node_selector(manifest.pod.node_selector, labels));
  return std::move(manifest.pod);
}

Result<std::optional<image::Pull>> pull_of(const std::string& text) {
  if (text.empty()) {
    return std::optional<image::Pull>{};
  }
  if (text == "always") {
    return std::optional(image::Pull::always);
  }
  if (text == "missing") {
    return std::optional(image::Pull::missing);
  }
  if (text == "never") {
    return std::optional(image::Pull::never);
  }
  return Error::of(Code::invalid_argument,
                   "invalid argument {} for \"--pull\" flag: it is always, missing or never",
                   in_quotes(text));
}

// The NAME of container:NAME; "" for another mode.
std::string joined_container(const std::string& mode) {
  constexpr std::string_view kContainer = "container:";
  return mode.starts_with(kContainer) ? mode.substr(kContainer.size()) : "";
}

Result<pod::Share> ipc_of(const std::string& text, pod::Share otherwise) {
  if (text.empty() || !joined_container(text).empty()) {
    return otherwise;
  }
  if (text == "host" || text == "private") {
    return text == "host" ? pod::Share::host : pod::Share::private_namespace;
  }
  return Error::of(Code::invalid_argument,
                   "invalid argument {} for \"--ipc\" flag: it is private, host or container:NAME",
                   in_quotes(text));
}

Result<engine::JoinedContainers> joined_by(const RunFlags& flags) {
  engine::JoinedContainers joined{joined_container(flags.network), joined_container(flags.ipc)};
  if (joined.empty() && flags.change_joined) {
    return Error::of(Code::invalid_argument,
                     "--change-joined goes with --network container:NAME or --ipc container:NAME");
  }
  if (!joined.empty() && !flags.file.empty()) {
    return Error::of(Code::invalid_argument,
                     "a pod of a manifest has namespaces of its own: container:NAME goes with an "
                     "IMAGE, not with -f");
  }
  if (!joined.network.empty() && !flags.publish.empty()) {
    return Error::of(Code::invalid_argument,
                     "--publish does not go with --network container:NAME: ports belong to the "
                     "container that is joined");
  }
  return joined;
}

struct Job {
  pod::PodSpec spec;
  node::LaunchOptions options;
};

Result<Job> job_from(const RunFlags& flags) {
  Job job;
  const bool manifest = !flags.file.empty();
  PSYS_TRY_ASSIGN(job.spec, manifest ? spec_from_file(flags) : spec_from_flags(flags));
  PSYS_TRY_ASSIGN(job.options.joined, joined_by(flags));
  job.options.change_joined =
      flags.change_joined ? node::ChangeJoined::yes : node::ChangeJoined::no;
  if (!job.options.joined.network.empty()) {
    job.options.network = sandbox::NetworkMode::none;
  } else if (!flags.network.empty()) {
    PSYS_TRY_ASSIGN(job.options.network, sandbox::parse_network_mode(flags.network));
  } else if (job.spec.network == pod::Share::host) {
    job.options.network = sandbox::NetworkMode::host;
  }
  job.spec.network = job.options.network == sandbox::NetworkMode::host
                         ? pod::Share::host
                         : pod::Share::private_namespace;
  PSYS_TRY_ASSIGN(job.spec.ipc, ipc_of(flags.ipc, job.spec.ipc));
  PSYS_TRY_ASSIGN(job.options.pull, pull_of(flags.pull));
  job.options.door = manifest ? enforce::Door::manifest : enforce::Door::flags;
  job.options.runtime_handler = flags.engine == "cri" ? flags.runtime : "";
  job.options.attachment = flags.detach ? store::Attachment::detached : store::Attachment::attached;
  job.options.after_exit =
      flags.remove ? store::AfterExit::remove_pod : store::AfterExit::keep_record;
  return job;
}

bool wants_terminal(const pod::PodSpec& spec) {
  return std::ranges::any_of(spec.containers, &pod::Container::tty);
}

// What the engine is opened with: of cri its runtime's socket.
std::string reached_by(const RunFlags& flags) {
  return flags.engine == "cri" ? flags.cri_endpoint : flags.runtime;
}

void print_started(const RunFlags& flags, const pod::PodSpec& spec, const std::string& uid) {
  if (flags.output == "json") {
    // Names are DNS labels and the uid is hexadecimal: nothing in them needs escaping.
    fmt::print("{{\"name\":\"{}\",\"namespace\":\"{}\",\"uid\":\"{}\"}}\n", spec.name,
               spec.namespace_, uid);
  } else {
    fmt::print("{}\n", spec.name);
  }
}

}  // namespace

int run_pod(const RunFlags& flags, const std::string& root) {
  const Result<policy::Allowlist> allowlist =
      make_allowlist(flags.allowed_unsafe, flags.kubernetes_version);
  if (!allowlist) {
    return report(allowlist.error());
  }
  const Result<Job> job = job_from(flags);
  if (!job) {
    return report(job.error());
  }
  const auto context = Context::open(root, flags.authfile);
  if (!context) {
    return report(context.error());
  }
  const auto node = node::with_engine((*context)->node(), flags.engine, reached_by(flags));
  if (!node) {
    return report(node.error());
  }
  if (!job->options.joined.empty() && !node->engine.joins_containers()) {
    return report(Error{Code::unsupported, 0,
                        fmt::format("engine {} cannot join containers of others: container:NAME "
                                    "goes with --engine docker",
                                    node->engine.name())});
  }
  const engine::Streams streams{
      flags.interactive || wants_terminal(job->spec) ? linux::FdRef(STDIN_FILENO) : linux::FdRef(),
      linux::FdRef(STDOUT_FILENO), linux::FdRef(STDERR_FILENO)};
  const auto result = node::run(*node, job->spec, *allowlist, job->options, streams);
  if (!result) {
    return report(result.error());
  }
  if (flags.detach) {
    print_started(flags, job->spec, result->uid);
  }
  return result->exit_code;
}

}  // namespace podsysctl::cli
