// SPDX-License-Identifier: Apache-2.0
// How often a value is repaired that something else keeps changing back: at once the first time,
// then after pauses that double up to the longest, until it has stayed in force for as long as the
// last pause. Times are the caller's. Thread-safety: one thread.
#pragma once

#include <chrono>
#include <cstddef>
#include <map>
#include <string>
#include <utility>

namespace podsysctl::live {

class Pacing {
 public:
  using Time = std::chrono::steady_clock::time_point;

  explicit Pacing(std::chrono::seconds longest_pause) : longest_pause_(longest_pause) {}

  // Whether a value that drifted may be repaired now.
  [[nodiscard]] bool is_due(const std::string& pod_uid, const std::string& key, Time now) const;
  // It was repaired. Returns how many times in a row, this one included; after the first one it is
  // left alone for `first_pause`.
  std::size_t note_repair(const std::string& pod_uid, const std::string& key, Time now,
                          std::chrono::seconds first_pause);
  // What has been calm for long enough starts anew.
  void forget_calm(Time now);
  [[nodiscard]] std::size_t size() const noexcept { return streaks_.size(); }

 private:
  struct Streak {
    std::size_t repairs = 0;
    std::chrono::seconds pause{};
    Time next{};  // not repaired before
  };

  std::chrono::seconds longest_pause_;
  std::map<std::pair<std::string, std::string>, Streak> streaks_;  // by pod and key
};

}  // namespace podsysctl::live
