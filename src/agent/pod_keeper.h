// SPDX-License-Identifier: Apache-2.0
// The agent's core: which pod gets which kernel parameters, put into effect and read back before
// the call returns, once for each sandbox however many doors tell of it. A pod that may not have
// what it asks for is refused (onForbidden: Reject), or starts without it (Degrade, Warn); one
// whose settings the kernel refuses likewise. A pod that asks for nothing is left alone, also where
// its namespaces cannot be opened. What another way in has written already is found in force and
// not written again. Nothing here waits for a disk. Thread-safety: any thread; sandboxes are served
// in turn.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "agent/recorder.h"
#include "agent/sandbox.h"
#include "base/clock.h"
#include "base/result.h"
#include "rules/decide.h"
#include "sysctl/target.h"

namespace podsysctl::agent {

// What is so for every pod. References outlive the keeper.
struct Surroundings {
  std::function<std::shared_ptr<const rules::PolicySet>()> policies;  // those in force now
  rules::NodeFacts node;
  const linux::HostNamespaces& host;
  const Clock& clock;
  Recorder& recorder;
};

// Sandboxes by what became of them.
struct Counters {
  std::uint64_t applied = 0;
  std::uint64_t unchanged = 0;  // had all their values already
  std::uint64_t repaired = 0;   // ran without some of them
  std::uint64_t rejected = 0;
  std::uint64_t degraded = 0;  // run without some or all of what they asked for; not under Warn
  std::uint64_t late = 0;      // the runtime did not wait for the answer
};

class PodKeeper {
 public:
  [[nodiscard]] static Result<std::unique_ptr<PodKeeper>> open(Surroundings surroundings);

  // A sandbox that was just made: its containers wait for the answer. An error refuses the pod; its
  // message is for the runtime to pass on.
  [[nodiscard]] Result<> start(const Sandbox& sandbox);
  // One that was there before, and cannot be refused any more.
  void review(const Sandbox& sandbox);
  void gone(const std::string& sandbox_id);
  // A runtime has these and no others.
  void keep_only(const std::vector<std::string>& sandbox_ids);
  // `what` took longer than the runtime waits: the pod went on as it was.
  void answered_late(std::string_view what);

  struct Standing {
    Counters counters;
    std::size_t sandboxes = 0;  // that have settings of ours
    std::string last_fault;     // "" where there was none
    Timestamp last_fault_at{};
  };
  [[nodiscard]] Standing standing() const;

 private:
  enum class Occasion : std::uint8_t { start, review };
  struct Case;

  PodKeeper(Surroundings surroundings, sysctl::SysctlWriter writer)
      : around_(std::move(surroundings)), writer_(std::move(writer)) {}

  [[nodiscard]] Result<> handle(const Sandbox& sandbox, Occasion occasion);
  [[nodiscard]] Result<> put(Case& at_hand);
  [[nodiscard]] Result<> fail(Case& at_hand, const Error& failure);
  [[nodiscard]] Result<> reject(Case& at_hand, std::string_view reason, std::string message);
  [[nodiscard]] static std::uint64_t Counters::* counter_of(const Case& at_hand);
  void keep(Case& at_hand, std::uint64_t Counters::* counter);
  void note_fault(const std::string& message);

  Surroundings around_;
  sysctl::SysctlWriter writer_;
  std::mutex one_sandbox_;
  mutable std::mutex mutex_;  // over what follows
  Standing standing_;
  std::set<std::string, std::less<>> kept_;  // sandboxes that have settings of ours
};

}  // namespace podsysctl::agent
