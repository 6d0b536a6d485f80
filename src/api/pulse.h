// SPDX-License-Identifier: Apache-2.0
// When a service's loop came around last; a loop that hangs is no healthy service.
// Thread-safety: any thread.
#pragma once

#include <atomic>
#include <chrono>

namespace podsysctl::api {

class Pulse {
 public:
  void beat() noexcept { at_.store(std::chrono::steady_clock::now(), std::memory_order_relaxed); }
  [[nodiscard]] std::chrono::steady_clock::duration age() const noexcept {
    return std::chrono::steady_clock::now() - at_.load(std::memory_order_relaxed);
  }

 private:
  std::atomic<std::chrono::steady_clock::time_point> at_{std::chrono::steady_clock::now()};
};

}  // namespace podsysctl::api
