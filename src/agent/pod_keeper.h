// SPDX-License-Identifier: Apache-2.0
// The agent's core: which pod gets which kernel parameters, put into effect and read back before
// the call returns, once for each sandbox however many doors tell of it. A pod that may not have
// what it asks for is refused (onForbidden: Reject), or starts without it (Degrade, Warn); one
// whose settings the kernel refuses likewise. A pod that asks for nothing is left alone, also where
// its namespaces cannot be opened. What another way in has written already is found in force and
// not written again. A review, of a sandbox that runs, refuses and takes back nothing; what a
// person has set since is left as it is. No start waits for a disk, or for more than one review.
// Thread-safety: any thread; sandboxes are served in turn.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "agent/decision_cache.h"
#include "agent/namespaces.h"
#include "agent/on_record.h"
#include "agent/recorder.h"
#include "agent/review_queue.h"
#include "agent/sandbox.h"
#include "agent/sandbox_book.h"
#include "agent/standing.h"
#include "agent/turns.h"
#include "base/clock.h"
#include "base/result.h"
#include "live/sockets.h"
#include "policy/default_sysctls.h"
#include "rules/decide.h"
#include "sysctl/target.h"

namespace podsysctl::agent {

// What is so for every pod. References outlive the keeper.
struct Surroundings {
  std::function<std::shared_ptr<const rules::PolicySet>()> policies;  // those in force now
  rules::NodeFacts node;                         // its defaults are those below
  std::vector<policy::DefaultSysctls> defaults;  // of the node; the first that has a key wins
  const linux::HostNamespaces& host;
  const Clock& clock;
  Recorder& recorder;
  rules::OnDrift on_drift = rules::OnDrift::report;       // where no policy says
  std::function<KeysOnRecord(const Sandbox&)> on_record;  // reviews ask; may be empty
  std::string host_root = "/";  // the runtime's root, as seen from here (namespaces.h)
  live::ExistingSockets sockets = live::ExistingSockets::leave;  // where a value comes late
};

struct PodCase;

class PodKeeper {
 public:
  [[nodiscard]] static Result<std::unique_ptr<PodKeeper>> open(Surroundings surroundings);

  // A sandbox that was just made: its containers wait for the answer. An error refuses the pod; its
  // message is for the runtime to pass on. `way_in` is writer(), or one made of it for the calling
  // thread, which is faster.
  [[nodiscard]] Result<> start(const Sandbox& sandbox, sysctl::SysctlWriter& way_in);
  [[nodiscard]] Result<> start(const Sandbox& sandbox) { return start(sandbox, writer_); }
  // One that a runtime has just started without waiting for us: as start(), but it runs already,
  // and cannot be refused any more.
  void follow(const Sandbox& sandbox);
  // One that was there before; likewise.
  void review(const Sandbox& sandbox);
  // The same, but not now: it is put into the queue.
  void found(const Sandbox& sandbox);
  // Puts all sandboxes that run into the queue.
  void policies_changed();
  [[nodiscard]] ReviewQueue& reviews() noexcept { return reviews_; }
  // One that the queue handed out.
  void review(const Review& due);

  void gone(const std::string& sandbox_id);
  // What this door tells of is these and no others.
  void keep_only(const Source& source, const std::vector<std::string>& sandbox_ids);
  // `what` took longer than the runtime waits: the pod went on as it was.
  void answered_late(std::string_view what);

  // Whether a value that drifted is to be repaired: not where its grant has ended.
  [[nodiscard]] rules::OnDrift on_drift(std::string_view pod_uid, std::string_view key) const;
  [[nodiscard]] Standing standing() const;
  // For whoever else writes into sandboxes: calls are served in turn.
  [[nodiscard]] sysctl::SysctlWriter& writer() noexcept { return writer_; }

 private:
  PodKeeper(Surroundings surroundings, sysctl::SysctlWriter writer)
      : around_(std::move(surroundings)), writer_(std::move(writer)) {}

  [[nodiscard]] Result<> handle(const Sandbox& sandbox, Occasion occasion,
                                sysctl::SysctlWriter& way_in);
  [[nodiscard]] bool is_done(const Sandbox& sandbox, Occasion occasion) const;
  [[nodiscard]] DecisionCache::Decided decide(const Sandbox& sandbox,
                                              const Result<OpenSandbox>& open);
  void recall(PodCase& at_hand);
  [[nodiscard]] Result<> put(PodCase& at_hand);
  void note_values(PodCase& at_hand);
  [[nodiscard]] Result<> fail(PodCase& at_hand, const Error& failure);
  [[nodiscard]] Result<> reject(PodCase& at_hand, std::string_view reason, std::string message);
  void keep(PodCase& at_hand, Outcome outcome);
  void note_fault(const std::string& message);

  Surroundings around_;
  sysctl::SysctlWriter writer_;
  Turns turns_;
  DecisionCache decisions_;  // of whoever has the turn
  ReviewQueue reviews_;
  mutable std::mutex mutex_;  // over what follows
  SandboxBook book_;
  Standing standing_;
};

}  // namespace podsysctl::agent
