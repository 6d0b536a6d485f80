// SPDX-License-Identifier: Apache-2.0
// What decides, remembers and looks again, whichever doors are open: the keeper of pods, the
// caretaker that goes after it, the journal of both, and what they look at. Errors: those of the
// parts. Thread-safety: each part's own.
#pragma once

#include <memory>
#include <utility>

#include "agent/caretaker.h"
#include "agent/journal.h"
#include "agent/on_record.h"
#include "agent/pod_keeper.h"
#include "agent/service.h"
#include "rules/live_set.h"

namespace podsysctl::agent {

// What is given outlives it.
class Core {
 public:
  [[nodiscard]] static Result<std::unique_ptr<Core>> open(const Options& options,
                                                          const policy::Allowlist& allowlist,
                                                          const rules::LiveSet& policies,
                                                          const Clock& clock, Log& log);

  [[nodiscard]] PodKeeper& keeper() noexcept { return *keeper_; }
  [[nodiscard]] Caretaker& caretaker() noexcept { return *caretaker_; }
  [[nodiscard]] Journal& journal() noexcept { return *journal_; }

 private:
  Core(linux::HostNamespaces host, std::unique_ptr<Journal> journal, std::string root)
      : host_(std::move(host)), journal_(std::move(journal)), on_record_(std::move(root)) {}

  [[nodiscard]] Surroundings surroundings(const Options& options,
                                          const policy::Allowlist& allowlist,
                                          const rules::LiveSet& policies, const Clock& clock,
                                          Log& log);

  const linux::HostNamespaces host_;
  const std::unique_ptr<Journal> journal_;
  OnRecord on_record_;
  std::unique_ptr<PodKeeper> keeper_;
  std::unique_ptr<Caretaker> caretaker_;
};

}  // namespace podsysctl::agent
