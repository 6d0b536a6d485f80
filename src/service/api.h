// SPDX-License-Identifier: Apache-2.0
// The service's local API, docs/api.md: what is on record, what happened, metrics and health. It
// reads the same state folder as the commands do. Thread-safety: one thread, with a workplace of
// its own; the supervisor's Pulse is shared.
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <optional>
#include <string>

#include "http/server.h"
#include "http/target.h"
#include "node/node.h"
#include "service/metrics.h"

namespace podsysctl::service {

// When the loop came around last; a loop that hangs is no healthy service.
class Pulse {
 public:
  void beat() noexcept { at_.store(std::chrono::steady_clock::now(), std::memory_order_relaxed); }
  [[nodiscard]] std::chrono::steady_clock::duration age() const noexcept {
    return std::chrono::steady_clock::now() - at_.load(std::memory_order_relaxed);
  }

 private:
  std::atomic<std::chrono::steady_clock::time_point> at_{std::chrono::steady_clock::now()};
};

// More resources than the service knows of itself: get, set and diff of targets.
using MoreResources = std::function<std::optional<http::Answer>(
    const node::Node& node, const http::Request& request, const http::Target& target)>;

struct Api {
  const node::Node& node;
  const Metrics& metrics;
  const Pulse& pulse;
  std::string version;
  MoreResources more;  // may be empty

  [[nodiscard]] http::Answer answer(const http::Request& request) const;
};

// {"error": "…", "code": "not_found"}
[[nodiscard]] http::Answer error_answer(const Error& error);

}  // namespace podsysctl::service
