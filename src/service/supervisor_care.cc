// SPDX-License-Identifier: Apache-2.0
// What the loop does beside its pods: manifests and configuration read anew, drift, the state's
// copy.
#include <algorithm>
#include <utility>

#include "service/drift.h"
#include "service/node_events.h"
#include "service/supervisor.h"
#include "store/recover.h"

namespace podsysctl::service {
namespace {

using std::chrono::milliseconds;
using store::EventType;

}  // namespace

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
  with_.log.say(LogLevel::warning, slot.problem);
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
    say(LogLevel::error, EventType::warning, "ConfigRefused", text);
  } else {
    plan_drift_check();
    for (const std::string_view field : reloaded->needs_restart) {
      say(LogLevel::warning, EventType::warning, "RestartNeeded",
          fmt::format("{} has changed: it is taken up when the service is restarted", field));
    }
    if (reloaded->policy_changed) {
      say(LogLevel::info, EventType::normal, "PolicyReloaded",
          "the policy has changed; pods that the former one refused are judged again");
      sync_all();
    }
  }
  report(with_.manager.ready(fmt::format("{} pods", slots_.size())), "the service manager");
}

void Supervisor::say(LogLevel level, EventType type, std::string_view reason,
                     std::string_view text) {
  with_.log.say(level, text);
  report(note_of_node(with_.node, type, reason, text), "event");
}

void Supervisor::keep_copy() {
  if (held_ || copying_.exchange(true)) {
    return;
  }
  workers_.submit(JobKind::quick, [this](const Result<const node::Node*>& node) {
    const Result<> kept = node ? store::keep_copy((*node)->root) : std::unexpected(node.error());
    copying_ = false;
    if (!kept) {
      with_.log.say(LogLevel::warning, "the copy of the state database: " + kept.error().message);
    }
  });
}

// A tenth earlier or later: services that were started together do not look together for ever.
void Supervisor::plan_drift_check() {
  const auto interval = with_.config.config().drift_interval.value_or(live::kDefaultDriftInterval);
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
  if (!any || held_ || looking_for_drift_.exchange(true)) {
    return;
  }
  const Config& config = with_.config.config();
  const DriftCare care{.on_drift = config.on_drift.value_or(live::OnDrift::report),
                       .interval = config.drift_interval.value_or(live::kDefaultDriftInterval)};
  workers_.submit(JobKind::quick, [this, care](const Result<const node::Node*>& node) {
    const Result<> looked = node ? check_drift_on(**node, care) : std::unexpected(node.error());
    looking_for_drift_ = false;
    report(looked, "drift");
  });
}

// On a worker, one at a time.
Result<> Supervisor::check_drift_on(const node::Node& node, const DriftCare& care) {
  if (!drift_watch_) {
    PSYS_TRY_ASSIGN(live::DriftWatch watch, live::DriftWatch::open());
    drift_watch_.emplace(std::move(watch));
  }
  return check_drift(*drift_watch_, node, care, with_.metrics);
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

}  // namespace podsysctl::service
