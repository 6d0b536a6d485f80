// SPDX-License-Identifier: Apache-2.0
#include "service/supervisor.h"

#include <signal.h>
#include <unistd.h>

#include "service/source_mark.h"

namespace podsysctl::service {
namespace {

constexpr std::chrono::seconds kEnd{10};
// What changed since the last copy is lost with a damaged database.
constexpr std::chrono::seconds kCopyAfter{2};

}  // namespace

Supervisor::Supervisor(Surroundings surroundings, linux::WakeUp results, OpenWorkplace open)
    : with_(std::move(surroundings)), results_(std::move(results)), workers_(std::move(open)) {}

Result<std::unique_ptr<Supervisor>> Supervisor::make(Surroundings surroundings,
                                                     OpenWorkplace open) {
  PSYS_TRY_ASSIGN(linux::WakeUp results, linux::WakeUp::open());
  return std::unique_ptr<Supervisor>(
      new Supervisor(std::move(surroundings), std::move(results), std::move(open)));
}

Result<> Supervisor::run() {
  PSYS_TRY(adopt());
  look_at_state();
  look_at_folder();
  dues_.look_around = Steady::now() + kLookAround;
  plan_drift_check();
  if (const auto interval = with_.manager.alive_interval()) {
    dues_.alive = Steady::now() + *interval;
  }
  report(with_.manager.ready(fmt::format("{} pods", slots_.size())), "the service manager");
  with_.log.say(LogLevel::info,
                fmt::format("ready: {} manifests in {}", slots_.size(), with_.folder.path()));
  do {
    with_.pulse.beat();
    take_results();
    heed_state();
    PSYS_TRY(check_state());
    take_changes();
    look_for_ends();
    do_what_is_due();
    PSYS_TRY(wait());
  } while (take_signals());
  report(with_.manager.stopping(), "the service manager");
  if (!workers_.drain(kEnd)) {
    with_.log.say(LogLevel::warning,
                  "ending while pods are being made or stopped; the next start goes on with them");
    // The workers wait for containers, maybe for hours, and cannot be told to stop waiting.
    ::_exit(0);
  }
  return {};
}

// Pods of a service before us, whoever and wherever it was.
Result<> Supervisor::adopt() {
  PSYS_TRY_ASSIGN(const std::vector<store::PodRecord> pods, with_.node.store.pods());
  for (const store::PodRecord& pod : pods) {
    if (pod.attachment == store::Attachment::service && !pod.source.empty()) {
      Slot& slot = slots_[pod.source];
      slot.memory.uid = pod.uid;
      slot.memory.hash = read_mark(pod.source_hash).hash;
      slot.name = pod.name;
      slot.namespace_ = pod.namespace_;
    }
  }
  return {};
}

bool Supervisor::take_signals() {
  while (const auto signal = with_.signals.next()) {
    if (signal->number == SIGHUP) {
      reload();
      dues_.folder = Steady::now();
    } else {
      return false;
    }
  }
  return true;
}

void Supervisor::take_results() {
  results_.quiet();
  std::deque<Finished> finished;
  {
    const std::lock_guard lock(mutex_);
    finished.swap(finished_);
  }
  for (Finished& one : finished) {
    take_result(std::move(one));
  }
}

// A record that a person has removed is not told of.
void Supervisor::sync_resting() {
  for (const auto& [path, slot] : slots_) {
    if (!slot.watched) {
      sync(path);
    }
  }
}

void Supervisor::sync_all() {
  for (const auto& [path, slot] : slots_) {
    sync(path);
  }
}

void Supervisor::sync(const std::string& path) {
  Slot& slot = slots_.at(path);
  if (slot.busy || held_) {
    slot.dirty = true;
    return;
  }
  if (slot.wanted != Wanted::gone && slot.memory.uid.empty() && waits_for_name(slots_, path)) {
    return;  // looked at again when the other one is gone
  }
  slot.busy = true;
  slot.dirty = false;
  Task task{.path = path,
            .wanted = slot.wanted,
            .hash = slot.hash,
            .policy = with_.config.policy(),
            .memory = slot.memory};
  const JobKind kind = slot.job_kind();
  workers_.submit(kind, [this, task = std::move(task)](const Result<const node::Node*>& node) {
    Finished finished{task.path, {}};
    if (node) {
      finished.synced = sync_pod(**node, with_.making, task, with_.metrics);
    } else {
      finished.synced = not_synced(task, node.error());
    }
    {
      const std::lock_guard lock(mutex_);
      finished_.push_back(std::move(finished));
    }
    results_.ring();
  });
}

void Supervisor::take_result(Finished finished) {
  const auto found = slots_.find(finished.path);
  Slot& slot = found->second;
  slot.busy = false;
  report(finished.synced.done, finished.path);
  doubtful_ =
      doubtful_ || (!finished.synced.done && finished.synced.done.error().code == Code::internal);
  dues_.copy = dues_.copy.value_or(Steady::now() + kCopyAfter);
  take_outcome(slot, std::move(finished.synced.outcome));
  if (!finished.synced.done || slot.due) {
    look_at_state();
  }
  if (slot.dirty) {
    sync(finished.path);
  } else if (slot.wanted == Wanted::gone && finished.synced.done) {
    give_up_name(found);
  }
}

// Another file may have waited for it.
void Supervisor::give_up_name(Slots::iterator slot) {
  const Slots::node_type given_up = slots_.extract(slot);
  const Slot& former = given_up.mapped();
  for (const auto& [path, other] : slots_) {
    if (other.name == former.name && other.namespace_ == former.namespace_) {
      sync(path);
    }
  }
}

void Supervisor::report(const Result<>& done, std::string_view what) {
  if (!done) {
    with_.log.say(LogLevel::error, fmt::format("{}: {}", what, done.error().message));
  }
}

}  // namespace podsysctl::service
