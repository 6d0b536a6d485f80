// SPDX-License-Identifier: Apache-2.0
#include "service/supervisor.h"

#include <signal.h>
#include <unistd.h>

#include <algorithm>

#include "linux/process.h"
#include "node/containers.h"
#include "service/drift.h"
#include "service/node_events.h"
#include "service/source_mark.h"
#include "store/recover.h"

namespace podsysctl::service {
namespace {

using std::chrono::milliseconds;
using store::EventType;

// Editors and configuration tools write several files, and several times, in one go.
constexpr milliseconds kSettle{150};
constexpr milliseconds kSettleAtMost{1000};
// For what nobody tells us of: folders on a network, pods removed by a person.
constexpr std::chrono::seconds kLookAround{60};
constexpr std::chrono::seconds kEnd{10};
// What changed since the last copy is lost with a damaged database.
constexpr std::chrono::seconds kCopyAfter{2};

bool is_due(const Moment& moment) { return moment && *moment <= Steady::now(); }

void settle(Moment& due, Moment& first) {
  const Steady::time_point now = Steady::now();
  first = first.value_or(now);
  due = std::min(now + kSettle, *first + kSettleAtMost);
}

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
  look_at_folder();
  dues_.look_around = Steady::now() + kLookAround;
  plan_drift_check();
  if (const auto interval = with_.manager.alive_interval()) {
    dues_.alive = Steady::now() + *interval;
  }
  report(with_.manager.ready(fmt::format("{} pods", slots_.size())), "the service manager");
  with_.log.say(Level::info,
                fmt::format("ready: {} manifests in {}", slots_.size(), with_.folder.path()));
  do {
    with_.pulse.beat();
    take_results();
    PSYS_TRY(check_state());
    take_changes();
    look_for_ends();
    do_what_is_due();
    PSYS_TRY(wait());
  } while (take_signals());
  report(with_.manager.stopping(), "the service manager");
  if (!workers_.drain(kEnd)) {
    with_.log.say(Level::warning,
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

Steady::time_point Supervisor::next_due() const {
  Steady::time_point next = dues_.look_around.value_or(Steady::now() + kLookAround);
  const auto earlier = [&next](const Moment& moment) {
    if (moment) {
      next = std::min(next, *moment);
    }
  };
  for (const Moment* due :
       {&dues_.folder, &dues_.config, &dues_.alive, &dues_.copy, &dues_.drift}) {
    earlier(*due);
  }
  for (const auto& [path, slot] : slots_) {
    if (!slot.busy) {
      earlier(slot.due);
    }
  }
  return next;
}

std::vector<linux::FdRef> Supervisor::wakes() const {
  std::vector<linux::FdRef> fds = with_.config.fds();
  fds.push_back(with_.signals.fd());
  fds.push_back(results_.fd());
  fds.push_back(with_.folder.fd());
  for (const auto& [path, slot] : slots_) {
    if (slot.pause.valid() && !slot.busy) {
      fds.push_back(slot.pause.ref());
    }
  }
  return fds;
}

Result<> Supervisor::wait() {
  std::vector<engine::ContainerRef> running;
  for (const auto& [path, slot] : slots_) {
    if (!slot.watched || slot.busy || slot.watched->engine != with_.engine.name()) {
      continue;
    }
    for (const store::ContainerRecord& container : slot.watched->containers) {
      running.push_back(node::ref_of(with_.node, container, slot.watched->sandbox));
    }
  }
  const auto left = std::chrono::ceil<milliseconds>(next_due() - Steady::now());
  return with_.engine.wait_for_change(running, wakes(), std::max(left, milliseconds(0)));
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

void Supervisor::take_changes() {
  // inotify tells by a queue; a poll of it costs one system call.
  if (with_.folder.take_changes()) {
    settle(dues_.folder, first_.folder);
  }
  if (with_.config.take_changes()) {
    settle(dues_.config, first_.config);
  }
}

void Supervisor::look_for_ends() {
  for (auto& [path, slot] : slots_) {
    if (!slot.watched || slot.busy) {
      continue;
    }
    const Watched& watched = *slot.watched;
    const bool lost = slot.pause.valid() && !linux::is_alive(watched.sandbox.process);
    const bool ended = std::ranges::any_of(watched.containers, [&](const auto& container) {
      const auto code =
          with_.engine.exit_code(node::ref_of(with_.node, container, watched.sandbox));
      return !code || *code;
    });
    if (lost || ended) {
      sync(path);
    }
  }
}

void Supervisor::do_what_is_due() {
  if (is_due(dues_.alive)) {
    dues_.alive = Steady::now() + with_.manager.alive_interval().value_or(kLookAround);
    report(with_.manager.alive(), "the service manager");
  }
  if (is_due(dues_.config)) {
    dues_.config.reset();
    first_.config.reset();
    if (with_.config.has_changed()) {
      reload();
    }
  }
  if (is_due(dues_.folder)) {
    look_at_folder();
  }
  if (is_due(dues_.drift)) {
    plan_drift_check();
    look_for_drift();
  }
  if (is_due(dues_.copy)) {
    dues_.copy.reset();
    keep_copy();
  }
  if (is_due(dues_.look_around)) {
    dues_.look_around = Steady::now() + kLookAround;
    look_at_folder();
    sync_resting();
  }
  for (auto& [path, slot] : slots_) {
    if (is_due(slot.due)) {
      slot.due.reset();
      sync(path);
    }
  }
}

void Supervisor::look_at_folder() {
  dues_.folder.reset();
  first_.folder.reset();
  const Result<Folder> folder = with_.folder.look();
  if (!folder) {
    // Nothing is concluded from a folder that cannot be read: what runs goes on.
    report(std::unexpected(folder.error()), "manifests");
    return;
  }
  const FolderChanges changes = take_folder(slots_, folder->files);
  for (const std::string& path : changes.problems) {
    tell_problem(path);
  }
  for (const std::string& path : changes.to_sync) {
    sync(path);
  }
}

void Supervisor::tell_problem(const std::string& path) {
  const Slot& slot = slots_.at(path);
  with_.log.say(Level::warning, slot.problem);
  const std::string_view reason =
      slot.problem.ends_with("rename one of the two") ? "DuplicatePod" : "InvalidManifest";
  report(note_of_node(with_.node, EventType::warning, reason, slot.problem), "event");
}

void Supervisor::reload() {
  report(with_.manager.reloading(), "the service manager");
  const auto reloaded = with_.config.reload();
  with_.metrics.add(reloaded ? &Counts::reloads : &Counts::refused_reloads);
  if (!reloaded) {
    const std::string text = reloaded.error().message + "; the configuration before stays in force";
    say(Level::error, EventType::warning, "ConfigRefused", text);
  } else {
    plan_drift_check();
    for (const std::string_view field : reloaded->needs_restart) {
      say(Level::warning, EventType::warning, "RestartNeeded",
          fmt::format("{} has changed: it is taken up when the service is restarted", field));
    }
    if (reloaded->policy_changed) {
      say(Level::info, EventType::normal, "PolicyReloaded",
          "the policy has changed; pods that the former one refused are judged again");
      sync_all();
    }
  }
  report(with_.manager.ready(fmt::format("{} pods", slots_.size())), "the service manager");
}

void Supervisor::say(Level level, EventType type, std::string_view reason, std::string_view text) {
  with_.log.say(level, text);
  report(note_of_node(with_.node, type, reason, text), "event");
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
  if (slot.busy) {
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
  if (slot.dirty) {
    sync(finished.path);
  } else if (slot.wanted == Wanted::gone && finished.synced.done) {
    give_up_name(found);
  }
}

void Supervisor::keep_copy() {
  workers_.submit(JobKind::quick, [this](const Result<const node::Node*>& node) {
    const Result<> kept = node ? store::keep_copy((*node)->root) : std::unexpected(node.error());
    if (!kept) {
      with_.log.say(Level::warning, "the copy of the state database: " + kept.error().message);
    }
  });
}

// A tenth earlier or later: services that were started together do not look together for ever.
void Supervisor::plan_drift_check() {
  const auto interval = with_.config.config().drift_interval.value_or(kDefaultDriftInterval);
  dues_.drift.reset();
  if (interval.count() > 0) {
    std::uniform_real_distribution<double> about(0.9, 1.1);
    dues_.drift =
        Steady::now() + std::chrono::duration_cast<milliseconds>(about(random_) * interval);
  }
}

void Supervisor::look_for_drift() {
  const bool any =
      std::ranges::any_of(slots_, [](const auto& slot) { return slot.second.watched.has_value(); });
  if (!any || looking_for_drift_.exchange(true)) {
    return;
  }
  const OnDrift on_drift = with_.config.config().on_drift.value_or(OnDrift::report);
  workers_.submit(JobKind::quick, [this, on_drift](const Result<const node::Node*>& node) {
    const Result<> looked =
        node ? check_drift(**node, on_drift, with_.metrics) : std::unexpected(node.error());
    looking_for_drift_ = false;
    report(looked, "drift");
  });
}

Result<> Supervisor::check_state() {
  if (!std::exchange(doubtful_, false)) {
    return {};
  }
  const Result<bool> damaged = store::is_damaged(with_.node.root);
  if (damaged && *damaged) {
    return Error::of(Code::internal,
                     "the state database in {} is damaged: ending; the next start recovers it",
                     with_.node.root);
  }
  return {};
}

// Another file may have waited for it.
void Supervisor::give_up_name(Slots::iterator slot) {
  const std::string namespace_ = slot->second.namespace_;
  const std::string name = slot->second.name;
  slots_.erase(slot);
  for (const auto& [path, other] : slots_) {
    if (other.name == name && other.namespace_ == namespace_) {
      sync(path);
    }
  }
}

void Supervisor::report(const Result<>& done, std::string_view what) {
  if (!done) {
    with_.log.say(Level::error, fmt::format("{}: {}", what, done.error().message));
  }
}

}  // namespace podsysctl::service
