// SPDX-License-Identifier: Apache-2.0
// What the agent tells the service manager that started it: ready, reloading, stopping, and that it
// lives, as often as the manager's watchdog wants to hear. Without a manager nothing is told. A
// manager that does not listen is a line in the log, no reason to end. Thread-safety: one thread.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "base/log.h"
#include "base/result.h"
#include "linux/service_manager.h"

namespace podsysctl::agent {

class Heartbeat {
 public:
  using Steady = std::chrono::steady_clock;

  Heartbeat(const linux::ServiceManager& manager, Log& log) : manager_(manager), log_(log) {}

  void ready(std::string_view status);
  void reloading();
  void stopping();
  // Beats if it is time to, and says how long one may wait before the next call; negative: without
  // end.
  [[nodiscard]] std::chrono::milliseconds beat(Steady::time_point now);

 private:
  void told(const Result<>& done);

  const linux::ServiceManager& manager_;
  Log& log_;
  std::optional<Steady::time_point> due_;
  std::string last_failure_;
};

}  // namespace podsysctl::agent
