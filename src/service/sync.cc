// SPDX-License-Identifier: Apache-2.0
#include "service/sync.h"

#include <algorithm>
#include <utility>

#include "node/events.h"
#include "node/refresh.h"
#include "node/teardown.h"
#include "service/attend_pod.h"
#include "service/launch_pod.h"
#include "service/source_mark.h"

namespace podsysctl::service {
namespace {

using std::chrono::milliseconds;
using store::PodRecord;
using store::Stage;

constexpr std::chrono::seconds kLookAgain{1};
constexpr std::chrono::seconds kAfterError{10};
constexpr std::chrono::seconds kPatience{30};  // beyond the grace period of who stops our pod
constexpr milliseconds kAtOnce{0};

class Sync {
 public:
  Sync(const node::Node& node, const Making& making, const Task& task, Metrics& metrics)
      : node_(node), making_(making), task_(task), metrics_(metrics) {
    outcome_.memory = task.memory;
  }

  Result<> run() {
    PSYS_TRY_ASSIGN(std::optional<PodRecord> record, find_record());
    if (record && is_replaced(*record)) {
      PSYS_TRY(remove(*record, record->grace));
      outcome_.memory = {};  // another pod: failures of this one are none of its
      record.reset();
    }
    if (task_.wanted == Wanted::gone) {
      return {};
    }
    return record ? look_at(*record) : launch();
  }

  Outcome take_outcome() { return std::move(outcome_); }

 private:
  Result<std::optional<PodRecord>> find_record() {
    if (outcome_.memory.uid.empty()) {
      return std::optional<PodRecord>();
    }
    Result<PodRecord> found = node_.store.pod(outcome_.memory.uid);
    if (!found && found.error().code == Code::not_found) {
      outcome_.memory = {};  // somebody removed it
      return std::optional<PodRecord>();
    }
    PSYS_TRY_ASSIGN(PodRecord record, std::move(found));
    return std::optional(std::move(record));
  }

  [[nodiscard]] bool is_replaced(const PodRecord& record) const {
    return task_.wanted == Wanted::gone ||
           (task_.wanted == Wanted::as_in_file && read_mark(record.source_hash).hash != task_.hash);
  }

  // With its record and folder.
  Result<> remove(const PodRecord& record, milliseconds grace) {
    if (record.stage == Stage::started) {
      PSYS_TRY(node::note(node_, record, "Killing",
                          task_.wanted == Wanted::gone
                              ? "stopped: its manifest " + task_.path + " was removed"
                              : "stopped: its manifest " + task_.path + " changed"));
    }
    return forget(record, grace);
  }

  // What cannot be taken down now (the runtime is gone) is so at the next look.
  Result<> take_down(const PodRecord& record, const std::optional<node::Ending>& ending,
                     milliseconds grace) {
    outcome_.memory.stopped_here = true;
    PSYS_TRY(node::stop_pod(node_, record.uid, ending, grace));
    outcome_.memory.stopped_here = false;
    return {};
  }

  Result<> forget(const PodRecord& record, milliseconds grace) {
    PSYS_TRY(take_down(record, std::nullopt, grace));
    PSYS_TRY(node::forget_pod(node_, record.uid));
    outcome_.memory = {.launches = outcome_.memory.launches,
                       .launch_at = outcome_.memory.launch_at,
                       .refused = std::move(outcome_.memory.refused)};
    return {};
  }

  Result<> launch() {
    if (task_.wanted == Wanted::as_it_is) {
      return {};
    }
    if (outcome_.memory.launch_at && Steady::now() < *outcome_.memory.launch_at) {
      outcome_.due = outcome_.memory.launch_at;
      return {};
    }
    return launch_pod(node_, making_, task_, metrics_, outcome_);
  }

  Result<> relaunch(const PodRecord& record) {
    if (task_.wanted == Wanted::as_it_is) {
      return {};  // nothing to make it from
    }
    if (outcome_.memory.launch_at && Steady::now() < *outcome_.memory.launch_at) {
      outcome_.due = outcome_.memory.launch_at;
      return {};
    }
    PSYS_TRY(forget(record, kAtOnce));
    return launch();
  }

  Result<> look_at(const PodRecord& record) {
    switch (record.stage) {
      case Stage::started:
        return attend(record);
      case Stage::stopping:
        return wait_for_stop(record);
      case Stage::stopped:
        return judge_stopped(record);
      default:
        // A service before us was making or removing it.
        return relaunch(record);
    }
  }

  Result<> attend(const PodRecord& record) {
    PSYS_TRY_ASSIGN(const Attended attended,
                    attend_pod(node_, making_.service, record, metrics_, outcome_));
    switch (attended) {
      case Attended::goes_on:
        return {};
      case Attended::is_over:
        return finish(record);
      case Attended::lost_sandbox:
        break;
    }
    return replace_sandbox(record);
  }

  // Its phase goes on record first: a killed clean-up is then known to have been the end.
  Result<> finish(const PodRecord& record) {
    PSYS_TRY_ASSIGN(const auto containers, node_.store.containers(record.uid));
    const node::Derived derived = node::derive_phase(containers);
    PSYS_TRY(node_.store.modify_pod(record.uid, [&](PodRecord& pod) -> Result<> {
      pod.phase = derived.phase;
      pod.reason = derived.reason;
      return {};
    }));
    outcome_.watched.reset();
    return take_down(record, std::nullopt, kAtOnce);
  }

  Result<> replace_sandbox(const PodRecord& record) {
    PSYS_TRY(node::warn(node_, record, "SandboxChanged",
                        "Pod sandbox changed, it will be killed and re-created."));
    outcome_.watched.reset();
    PodMemory& memory = outcome_.memory;
    const auto ran = memory.launched ? Steady::now() - *memory.launched : std::chrono::hours(1);
    const auto delay = memory.launches.next(std::chrono::duration_cast<milliseconds>(ran));
    if (ran < delay) {
      memory.launch_at = Steady::now() + delay;
    }
    PSYS_TRY(take_down(
        record,
        node::Ending{.reason = "SandboxChanged", .message = "its sandbox ended; it is made anew"},
        kAtOnce));
    PSYS_TRY(node_.store.modify_pod(record.uid, [](PodRecord& pod) -> Result<> {
      pod.started.reset();  // what has not started is launched again
      return {};
    }));
    return relaunch(record);
  }

  Result<> wait_for_stop(const PodRecord& record) {
    PodMemory& memory = outcome_.memory;
    const bool others = record.owner == making_.service && !memory.stopped_here;
    if (others && !memory.stopping_since) {
      memory.stopping_since = Steady::now();
    }
    if (others && Steady::now() - *memory.stopping_since < record.grace + kPatience) {
      outcome_.due = Steady::now() + kLookAgain;
      return {};
    }
    // Who was stopping it is gone.
    PSYS_TRY(take_down(record, std::nullopt, kAtOnce));
    PSYS_TRY_ASSIGN(const PodRecord stopped, node_.store.pod(record.uid));
    return judge_stopped(stopped);
  }

  Result<> judge_stopped(const PodRecord& record) {
    outcome_.memory.stopping_since.reset();
    const SourceMark mark = read_mark(record.source_hash);
    if (!mark.settled_by.empty()) {
      const bool holds = mark.settled_by == kFinal || mark.settled_by == task_.policy->fingerprint;
      return holds ? Result<>{} : relaunch(record);
    }
    const bool over =
        record.phase == store::PodPhase::succeeded || record.phase == store::PodPhase::failed;
    // It ended, or a person stopped it: it stays so until its manifest changes.
    if (over && record.started && record.reason != "Interrupted") {
      return {};
    }
    return relaunch(record);
  }

  const node::Node& node_;
  const Making& making_;
  const Task& task_;
  Metrics& metrics_;
  Outcome outcome_;
};

}  // namespace

Synced sync_pod(const node::Node& node, const Making& making, const Task& task, Metrics& metrics) {
  Sync sync(node, making, task, metrics);
  Result<> done = sync.run();
  Outcome outcome = sync.take_outcome();
  if (!done && !outcome.due) {
    outcome.due = Steady::now() + kAfterError;
  }
  return {std::move(outcome), std::move(done)};
}

Synced not_synced(const Task& task, const Error& error) {
  Synced synced;
  synced.outcome.memory = task.memory;
  synced.outcome.due = Steady::now() + kAfterError;
  synced.done = std::unexpected(error);
  return synced;
}

}  // namespace podsysctl::service
