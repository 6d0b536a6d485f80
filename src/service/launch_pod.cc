// SPDX-License-Identifier: Apache-2.0
#include "service/launch_pod.h"

#include <utility>

#include "node/events.h"
#include "node/launch.h"
#include "node/put_sysctls.h"
#include "pod/manifest.h"
#include "service/manifest_folder.h"
#include "service/source_mark.h"

namespace podsysctl::service {
namespace {

using node::LaunchFailure;

struct Attempt {
  node::EngineNode node;
  const Task& task;
  pod::PodSpec spec;
  node::LaunchOptions options;
};

Result<Attempt> attempt_of(const node::Node& node, const Making& making, const Task& task,
                           ManifestText manifest) {
  PSYS_TRY_ASSIGN(pod::Manifest read, pod::read_pod(manifest.text, task.path));
  for (const pod::Notice& notice : read.notices) {
    node.reporter.warn(notice.text());
  }
  PSYS_TRY_ASSIGN(node::EngineNode engine, node::with_engine(node, making.engine, making.runtime));
  engine.authfile = making.authfile;
  node::LaunchOptions options{.attachment = store::Attachment::service};
  options.network =
      read.pod.network == pod::Share::host ? sandbox::NetworkMode::host : making.network;
  options.source =
      node::Source{.path = task.path, .hash = task.hash, .manifest = std::move(manifest.text)};
  return Attempt{std::move(engine), task, std::move(read.pod), std::move(options)};
}

// A person named it, there is no record of it.
store::PodRecord nameless(const Attempt& attempt) {
  return {.name = attempt.spec.name,
          .namespace_ = attempt.spec.namespace_,
          .source = attempt.task.path,
          .source_hash = attempt.task.hash};
}

bool will_not_change(const Attempt& attempt, const LaunchFailure& failure) {
  const bool by_container =
      failure.reason == "InitContainerFailed" || failure.exit_code != LaunchFailure{}.exit_code;
  return by_container && attempt.spec.restart == pod::RestartPolicy::never;
}

bool is_refusal(const LaunchFailure& failure) {
  return !failure.offenders.empty() || failure.reason == node::kSysctlFailed;
}

void try_again_later(Outcome& outcome) {
  const auto delay = outcome.memory.launches.next(std::chrono::milliseconds(0));
  outcome.memory.launch_at = Steady::now() + delay;
  outcome.due = outcome.memory.launch_at;
}

Result<> settle(const Attempt& attempt, const std::string& uid, std::string_view by) {
  PSYS_TRY(attempt.node.store.modify_pod(uid, [&](store::PodRecord& record) -> Result<> {
    record.source_hash = to_text(SourceMark{attempt.task.hash, std::string(by)});
    return {};
  }));
  return {};
}

Result<> note_failure(const Attempt& attempt, const LaunchFailure& failure, Outcome& outcome) {
  attempt.node.reporter.warn(fmt::format("pod {}/{}: {}: {}", attempt.spec.namespace_,
                                         attempt.spec.name, failure.reason, failure.message));
  outcome.memory.uid = failure.uid;
  outcome.memory.hash = attempt.task.hash;
  if (failure.uid.empty()) {
    // Mostly a name that somebody else's pod has.
    try_again_later(outcome);
    return node::warn(attempt.node, nameless(attempt), failure.reason, failure.message);
  }
  if (is_refusal(failure)) {
    return settle(attempt, failure.uid, attempt.task.policy->fingerprint);
  }
  if (will_not_change(attempt, failure)) {
    return settle(attempt, failure.uid, kFinal);
  }
  outcome.memory.stopped_here = true;  // also where that failed
  try_again_later(outcome);
  return {};
}

void note_success(const node::LaunchedPod& launched, std::vector<store::ContainerRecord> started,
                  Metrics& metrics, Outcome& outcome) {
  if (launched.sysctls_took.count() > 0) {
    metrics.applied(launched.sysctls_took);
  }
  outcome.memory.uid = launched.pod.uid;
  outcome.memory.hash = launched.pod.source_hash;
  outcome.memory.launched = Steady::now();
  outcome.memory.launch_at.reset();
  outcome.memory.stopped_here = false;
  for (const store::ContainerRecord& container : started) {
    outcome.memory.containers[container.id].started = outcome.memory.launched;
  }
  outcome.watched =
      Watched{launched.pod.engine, node::sandbox_of(launched.pod), std::move(started)};
}

Result<> run(Attempt& attempt, Metrics& metrics, Outcome& outcome) {
  metrics.add(&Counts::launches);
  const auto launched =
      node::launch(attempt.node, attempt.spec, attempt.task.policy->allowlist, attempt.options);
  if (!launched) {
    metrics.add(&Counts::failed_launches);
    return note_failure(attempt, launched.error(), outcome);
  }
  auto started = node::start_for_good(attempt.node, *launched, attempt.spec);
  if (!started) {
    metrics.add(&Counts::failed_launches);
    return note_failure(attempt, started.error(), outcome);
  }
  note_success(*launched, *std::move(started), metrics, outcome);
  return {};
}

}  // namespace

Result<> launch_pod(const node::Node& node, const Making& making, const Task& task,
                    Metrics& metrics, Outcome& outcome) {
  const std::string refusal = to_text(SourceMark{task.hash, task.policy->fingerprint});
  if (task.memory.refused == refusal) {
    return {};
  }
  PSYS_TRY_ASSIGN(ManifestText manifest, read_manifest(task.path));
  if (manifest.hash != task.hash) {
    return {};  // changed since: the folder tells of it
  }
  PSYS_TRY_ASSIGN(Attempt attempt, attempt_of(node, making, task, std::move(manifest)));
  if (const Result<> admitted = admit_to_node(*task.policy, attempt.spec); !admitted) {
    outcome.memory.refused = refusal;
    return node::warn(node, nameless(attempt), "NodeAffinity", admitted.error().message);
  }
  return run(attempt, metrics, outcome);
}

}  // namespace podsysctl::service
