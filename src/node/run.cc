// SPDX-License-Identifier: Apache-2.0
#include "node/run.h"

#include "node/attend.h"
#include "node/events.h"
#include "node/refresh.h"
#include "node/teardown.h"

namespace podsysctl::node {
namespace {

using store::Attachment;
using store::PodPhase;

using Outcome = std::expected<RunResult, LaunchFailure>;

LaunchFailure failed(const Error& error) { return failure_of("Failed", error); }

// One container in the foreground needs no monitor: its runtime is our child.
bool runs_alone(const LaunchedPod& launched, const pod::PodSpec& spec,
                const LaunchOptions& options) {
  return options.attachment == Attachment::attached && launched.containers.size() == 1 &&
         spec.restart == pod::RestartPolicy::never;
}

Outcome run_alone(const EngineNode& node, const LaunchedPod& launched, const pod::PodSpec& spec,
                  const engine::Streams& streams) {
  const std::string& uid = launched.pod.uid;
  const PlannedContainer& planned = launched.containers.front();
  const auto recorded = record_container(node, launched.pod, planned);
  if (!recorded) {
    return std::unexpected(give_up(node, launched.pod, failed(recorded.error())));
  }
  if (const Result<> noted = note_running(node, uid); !noted) {
    return std::unexpected(give_up(node, launched.pod, failed(noted.error())));
  }
  const auto code = run_recorded(node, launched.pod, spec, planned, *recorded, streams);
  if (!code) {
    return std::unexpected(
        give_up(node, launched.pod, start_failed(node, launched.pod, spec, code.error())));
  }
  const Ending ending{.phase = *code == 0 ? PodPhase::succeeded : PodPhase::failed,
                      .reason = *code == 0 ? "" : "Error"};
  if (const Result<> stopped = stop_pod(node, uid, ending, std::chrono::milliseconds(0));
      !stopped) {
    node.reporter.warn(stopped.error().message);
  }
  return RunResult{uid, *code};
}

Outcome run_monitored(const EngineNode& node, const LaunchedPod& launched, const pod::PodSpec& spec,
                      const LaunchOptions& options, const engine::Streams& streams) {
  auto started = start_for_good(node, launched, spec);
  if (!started) {
    return std::unexpected(std::move(started).error());
  }
  if (options.attachment == Attachment::detached) {
    return RunResult{launched.pod.uid, 0};
  }
  const Result<int> code =
      attend(node, launched, spec, *std::move(started), {streams.out, streams.err});
  if (!code) {
    return std::unexpected(give_up(node, launched.pod, failed(code.error())));
  }
  return RunResult{launched.pod.uid, *code};
}

Outcome run_launched(const EngineNode& node, pod::PodSpec& spec, const policy::Allowlist& allowlist,
                     const LaunchOptions& options, const engine::Streams& streams) {
  const auto launched = launch(node, spec, allowlist, options);
  if (!launched) {
    return std::unexpected(launched.error());
  }
  return runs_alone(*launched, spec, options)
             ? run_alone(node, *launched, spec, streams)
             : run_monitored(node, *launched, spec, options, streams);
}

// Without a service there is nobody who could start a container again.
void warn_of_no_restart(const Node& node, const pod::PodSpec& spec, const LaunchOptions& options) {
  if (options.attachment == Attachment::detached && spec.restart != pod::RestartPolicy::never) {
    node.reporter.warn(
        "restartPolicy: in the background nobody starts an ended container again; "
        "podsysctl node does");
  }
}

}  // namespace

Outcome run(const EngineNode& node, pod::PodSpec spec, const policy::Allowlist& allowlist,
            const LaunchOptions& options, const engine::Streams& streams) {
  if (const Result<> refreshed = refresh_all(node); !refreshed) {
    return std::unexpected(failed(refreshed.error()));
  }
  warn_of_no_restart(node, spec, options);
  const Outcome outcome = run_launched(node, spec, allowlist, options, streams);
  const std::string uid = outcome ? outcome->uid : outcome.error().uid;
  const bool over = !outcome || options.attachment == Attachment::attached;
  if (over && !uid.empty() && options.after_exit == store::AfterExit::remove_pod) {
    if (const Result<> forgotten = forget_pod(node, uid); !forgotten) {
      node.reporter.warn(forgotten.error().message);
    }
  }
  return outcome;
}

}  // namespace podsysctl::node
