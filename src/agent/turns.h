// SPDX-License-Identifier: Apache-2.0
// Sandboxes are served one after another. One that a runtime waits for goes before those that are
// only looked at again, so hundreds of the latter cost a starting pod one of them at most.
// Thread-safety: any thread.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <mutex>

namespace podsysctl::agent {

enum class Urgency : std::uint8_t { waited_for, can_wait };

class Turns {
 public:
  void begin(Urgency urgency);
  void end();
  // How many wait here that are waited for.
  [[nodiscard]] std::size_t waited_for() const;

 private:
  mutable std::mutex mutex_;  // over what follows
  bool busy_ = false;
  std::size_t waited_for_ = 0;
  std::condition_variable free_;
};

class Turn {
 public:
  Turn(Turns& turns, Urgency urgency) : turns_(turns) { turns_.begin(urgency); }
  ~Turn() { turns_.end(); }
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;

 private:
  Turns& turns_;
};

}  // namespace podsysctl::agent
