// SPDX-License-Identifier: Apache-2.0
// Where the parts of a running agent say how they are, for whoever asks: the status, the metrics.
// Thread-safety: any thread; what it refers to outlives it, but for the doors.
#pragma once

#include <mutex>
#include <optional>

#include "agent/caretaker.h"
#include "agent/doors.h"
#include "agent/journal.h"
#include "agent/pod_keeper.h"
#include "agent/status.h"
#include "http/server.h"
#include "http/target.h"

namespace podsysctl::agent {

class Board {
 public:
  Board(const PodKeeper& keeper, const Caretaker& caretaker, const Journal& journal)
      : keeper_(keeper), caretaker_(caretaker), journal_(journal) {}

  void set_policy(PolicyState policy);
  // nullptr: there are none yet, or none any more.
  void set_doors(const Doors* doors);
  [[nodiscard]] Status status() const;

 private:
  const PodKeeper& keeper_;
  const Caretaker& caretaker_;
  const Journal& journal_;
  mutable std::mutex mutex_;  // over what follows
  PolicyState policy_;
  const Doors* doors_ = nullptr;
};

// GET /v1/status, as JSON or as text (?form=text).
[[nodiscard]] std::optional<http::Answer> answer_status(const Board& board,
                                                        const http::Request& request,
                                                        const http::Target& target);

}  // namespace podsysctl::agent
