// SPDX-License-Identifier: Apache-2.0
// A time as poll(2) takes it: an int of milliseconds. A longer one is cut to the longest (24 days);
// whoever waits looks at the clock again. Thread-safety: pure function.
#pragma once

#include <algorithm>
#include <chrono>
#include <limits>

namespace podsysctl::linux {

// Negative: without end.
[[nodiscard]] constexpr int poll_timeout(std::chrono::milliseconds limit) noexcept {
  constexpr std::chrono::milliseconds kLongest{std::numeric_limits<int>::max()};
  return static_cast<int>(std::clamp(limit, std::chrono::milliseconds(-1), kLongest).count());
}

}  // namespace podsysctl::linux
