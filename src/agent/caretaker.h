// SPDX-License-Identifier: Apache-2.0
// What the agent does when nobody waits: reviews of sandboxes that were there before or that other
// policies hold for now, and looks for drift, each on a thread of its own making one after another.
// Errors: those of the store at the start; later ones are said in the log.
// Thread-safety: made and ended by one thread; counts() from any.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <random>
#include <string>
#include <thread>

#include "agent/pod_keeper.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/result.h"
#include "live/drift_watch.h"
#include "store/store.h"

namespace podsysctl::agent {

// By sysctl, since the start.
struct DriftCounts {
  std::map<std::string, std::uint64_t> drifted;
  std::map<std::string, std::uint64_t> repaired;
  std::map<std::string, std::uint64_t> contested;
  std::uint64_t rounds = 0;
  std::size_t last_checked = 0;  // settings
  std::chrono::microseconds last_took{};
  std::string last_fault;  // "" where the last round had none
};

struct CareOptions {
  std::string root;                     // the agent's own state
  std::string host;                     // this host's name, for events
  std::chrono::seconds drift_interval;  // 0: never
};

class Caretaker {
 public:
  [[nodiscard]] static Result<std::unique_ptr<Caretaker>> start(CareOptions options,
                                                                PodKeeper& keeper,
                                                                Recorder& recorder,
                                                                const Clock& clock, Log& log);
  // Ends after what is under way.
  ~Caretaker();
  Caretaker(const Caretaker&) = delete;
  Caretaker& operator=(const Caretaker&) = delete;

  [[nodiscard]] DriftCounts counts() const;

 private:
  using Time = std::chrono::steady_clock::time_point;

  Caretaker(CareOptions options, PodKeeper& keeper, Recorder& recorder, store::Store store,
            live::DriftWatch watch, const Clock& clock, Log& log);
  void serve();
  // Nothing where drift is never looked for.
  [[nodiscard]] std::optional<Time> next_look();
  void look_for_drift();
  void note(const live::DriftRound& round, std::chrono::microseconds took);
  void note_fault(const std::string& fault);

  CareOptions options_;
  PodKeeper& keeper_;
  Recorder& recorder_;
  store::Store store_;  // of the thread
  live::DriftWatch watch_;
  const Clock& clock_;
  Log& log_;
  std::minstd_rand random_{std::random_device{}()};
  mutable std::mutex mutex_;  // over what follows
  DriftCounts counts_;
  std::thread thread_;
};

}  // namespace podsysctl::agent
