// SPDX-License-Identifier: Apache-2.0
// The service's one loop: it waits for manifests, configuration, containers, sandboxes, signals and
// times, decides which pod is to be looked at, and leaves the looking to workers. It does nothing
// that takes long, and nothing at all while nothing happens.
// Thread-safety: one thread; the workers only hand results back.
#pragma once

#include <atomic>
#include <chrono>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "api/pulse.h"
#include "base/log.h"
#include "base/result.h"
#include "linux/service_manager.h"
#include "linux/signals.h"
#include "linux/wake_up.h"
#include "service/drift.h"
#include "service/manifest_folder.h"
#include "service/metrics.h"
#include "service/reload.h"
#include "service/slots.h"
#include "service/sync.h"
#include "service/workers.h"

namespace podsysctl::service {

// What the loop works with; all of it outlives the loop.
struct Surroundings {
  const node::Node& node;  // of the loop's own thread
  engine::Engine& engine;  // to wait with
  const linux::ServiceManager& manager;
  linux::SignalEvents& signals;
  LiveConfig& config;
  ManifestFolder& folder;
  Metrics& metrics;
  api::Pulse& pulse;
  Log& log;
  Making making;
};

class Supervisor {
 public:
  [[nodiscard]] static Result<std::unique_ptr<Supervisor>> make(Surroundings surroundings,
                                                                OpenWorkplace open);

  // Until SIGTERM or SIGINT; pods go on without us. Ends the process where a worker is amid
  // something that takes longer: being killed there is safe.
  [[nodiscard]] Result<> run();

 private:
  // For what nobody tells us of: folders on a network, pods removed by a person.
  static constexpr std::chrono::seconds kLookAround{60};

  struct Finished {
    std::string path;
    Synced synced;
  };
  // Since when the state folder cannot be written, and why.
  struct StateTrouble {
    Steady::time_point since;
    std::string why;
  };
  // When the loop has something to do of itself.
  struct Dues {
    Moment folder;
    Moment config;
    Moment alive;
    Moment look_around;
    Moment copy;
    Moment drift;
    Moment state;
  };

  Supervisor(Surroundings surroundings, linux::WakeUp results, OpenWorkplace open);

  [[nodiscard]] Result<> adopt();
  [[nodiscard]] Result<> wait();
  [[nodiscard]] Steady::time_point next_due() const;
  [[nodiscard]] std::vector<linux::FdRef> wakes() const;
  // False once it is to end.
  [[nodiscard]] bool take_signals();
  void take_results();
  void take_changes();
  void look_for_ends();
  void do_what_is_due();

  void look_at_folder();
  void reload();
  void tell_problem(const std::string& path);
  void sync(const std::string& path);
  void take_result(Finished finished);
  void sync_all();
  void keep_copy();
  void plan_drift_check();
  void look_for_drift();
  [[nodiscard]] Result<> check_drift_on(const node::Node& node, const DriftCare& care);
  // An error where the state database turns out to be damaged: a new start recovers it.
  [[nodiscard]] Result<> check_state();
  // Whether the state folder can be written, which pods are left alone without.
  void look_at_state();
  void take_state_finding(const Result<const node::Node*>& node);
  void heed_state();
  void sync_resting();
  void give_up_name(Slots::iterator slot);
  // To the log and to the events.
  void say(LogLevel level, store::EventType type, std::string_view reason, std::string_view text);
  void report(const Result<>& done, std::string_view what);

  Surroundings with_;
  Slots slots_;
  Dues dues_;
  std::atomic<bool> looking_for_drift_ = false;
  std::optional<live::DriftWatch> drift_watch_;  // of the worker that looks
  std::atomic<bool> copying_ = false;
  std::atomic<bool> looking_at_state_ = false;
  std::optional<StateTrouble> trouble_;  // of the worker that looks
  std::atomic<bool> writable_ = true;
  bool held_ = false;  // no pod is synced: the state folder cannot be written
  std::minstd_rand random_{std::random_device{}()};
  bool doubtful_ = false;  // an answer of the store made no sense
  Dues first_;             // of a series of changes: when it began
  linux::WakeUp results_;
  std::mutex mutex_;  // guards finished_
  std::deque<Finished> finished_;
  Workers workers_;  // last: its threads use the others
};

}  // namespace podsysctl::service
