// SPDX-License-Identifier: Apache-2.0
// All doors of an agent, each on a thread of its own. Thread-safety: one thread.
#pragma once

#include <memory>
#include <thread>
#include <vector>

#include "agent/door.h"
#include "linux/wake_up.h"

namespace podsysctl::agent {

class Doors {
 public:
  [[nodiscard]] static Result<std::unique_ptr<Doors>> start(
      std::vector<std::unique_ptr<Door>> doors);
  Doors(const Doors&) = delete;
  Doors& operator=(const Doors&) = delete;
  ~Doors();

  // Readable once one of them has ended by itself.
  [[nodiscard]] linux::FdRef ended() const { return ended_.fd(); }
  [[nodiscard]] std::vector<DoorState> states() const;
  // Tells all to end and waits for them; the first error that one ended with.
  [[nodiscard]] Result<> stop();

 private:
  struct Open {
    std::unique_ptr<Door> door;
    Result<> outcome;  // of the thread, until it has ended
    std::thread thread;
  };

  Doors(linux::WakeUp stop, linux::WakeUp ended)
      : stop_(std::move(stop)), ended_(std::move(ended)) {}

  linux::WakeUp stop_;
  linux::WakeUp ended_;
  std::vector<std::unique_ptr<Open>> open_;
};

}  // namespace podsysctl::agent
