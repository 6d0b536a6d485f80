// SPDX-License-Identifier: Apache-2.0
// How long something took, counted in steps, for /metrics. Thread-safety: values.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>

namespace podsysctl::api {

struct Histogram {
  static constexpr std::array kBounds{0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5};
  std::array<std::uint64_t, kBounds.size()> at_most{};  // not cumulative
  std::uint64_t count = 0;
  double sum = 0;  // seconds

  void add(std::chrono::nanoseconds took);
};

}  // namespace podsysctl::api
