// SPDX-License-Identifier: Apache-2.0
// Wakes a loop that waits for descriptors, from any thread (eventfd(2)).
// Thread-safety: ring() from any thread; the rest from the one that waits.
#pragma once

#include "base/result.h"
#include "linux/fd.h"

namespace podsysctl::linux {

class WakeUp {
 public:
  [[nodiscard]] static Result<WakeUp> open();

  void ring() const noexcept;
  // Readable after ring(), until quiet().
  [[nodiscard]] FdRef fd() const noexcept { return fd_.ref(); }
  void quiet() const noexcept;

 private:
  explicit WakeUp(Fd fd) : fd_(std::move(fd)) {}

  Fd fd_;
};

}  // namespace podsysctl::linux
