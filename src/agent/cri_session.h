// SPDX-License-Identifier: Apache-2.0
// What is known of a runtime's sandboxes over one connection to it: the list is the truth, and
// events only say when and where to look. A process that starts may be a sandbox's; containerd has
// that in its list some milliseconds later, so it is looked for a few times.
// Errors: those of cri/client.h. Thread-safety: one thread per object.
#pragma once

#include <chrono>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "agent/pod_keeper.h"
#include "base/result.h"
#include "cri/client.h"

namespace podsysctl::agent {

class CriSession {
 public:
  using Time = std::chrono::steady_clock::time_point;

  CriSession(PodKeeper& keeper, cri::Client& client, Source source)
      : keeper_(keeper), client_(client), source_(std::move(source)) {}

  // Every sandbox that is there.
  [[nodiscard]] Result<> review_all();
  // What came and went since.
  [[nodiscard]] Result<> catch_up();

  void hear(const cri::TaskEvent& event, Time now);
  // Looks for what was heard of and is due.
  [[nodiscard]] Result<> look_for_heard(Time now);
  [[nodiscard]] std::optional<Time> next_due() const;

 private:
  enum class News : std::uint8_t { just_started, was_there };
  struct Heard {
    std::string id;
    Time due;
    std::chrono::milliseconds pause;  // until it is looked for again
  };

  [[nodiscard]] Result<std::set<std::string>> ready_ids();
  // False where the runtime has no such sandbox.
  [[nodiscard]] Result<bool> look_at(const std::string& id, News news);

  PodKeeper& keeper_;
  cri::Client& client_;
  Source source_;
  std::set<std::string> known_;
  std::set<std::string> ended_;  // by an event, which the list may not know of yet
  std::vector<Heard> heard_;
};

}  // namespace podsysctl::agent
