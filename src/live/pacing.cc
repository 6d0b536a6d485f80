// SPDX-License-Identifier: Apache-2.0
#include "live/pacing.h"

#include <algorithm>

namespace podsysctl::live {

bool Pacing::is_due(const std::string& pod_uid, const std::string& key, Time now) const {
  const auto streak = streaks_.find({pod_uid, key});
  return streak == streaks_.end() || now >= streak->second.next;
}

std::size_t Pacing::note_repair(const std::string& pod_uid, const std::string& key, Time now,
                                std::chrono::seconds first_pause) {
  Streak& streak = streaks_[{pod_uid, key}];
  streak.pause = streak.repairs == 0 ? first_pause : std::min(2 * streak.pause, longest_pause_);
  streak.next = now + streak.pause;
  return ++streak.repairs;
}

// Had it drifted again, it would have been repaired as soon as that was due.
void Pacing::forget_calm(Time now) {
  std::erase_if(streaks_, [now](const auto& entry) {
    const Streak& streak = entry.second;
    return now >= streak.next + streak.pause;
  });
}

}  // namespace podsysctl::live
