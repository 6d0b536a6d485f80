// SPDX-License-Identifier: Apache-2.0
#include "agent/turns.h"

namespace podsysctl::agent {

void Turns::begin(Urgency urgency) {
  std::unique_lock lock(mutex_);
  if (urgency == Urgency::waited_for) {
    ++waited_for_;
    free_.wait(lock, [this] { return !busy_; });
    --waited_for_;
  } else {
    free_.wait(lock, [this] { return !busy_ && waited_for_ == 0; });
  }
  busy_ = true;
}

void Turns::end() {
  {
    const std::scoped_lock lock(mutex_);
    busy_ = false;
  }
  free_.notify_all();
}

std::size_t Turns::waited_for() const {
  const std::scoped_lock lock(mutex_);
  return waited_for_;
}

}  // namespace podsysctl::agent
