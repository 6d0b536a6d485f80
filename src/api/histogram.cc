// SPDX-License-Identifier: Apache-2.0
#include "api/histogram.h"

#include <algorithm>

namespace podsysctl::api {

void Histogram::add(std::chrono::nanoseconds took) {
  const double seconds = std::chrono::duration<double>(took).count();
  const auto bound = std::ranges::lower_bound(kBounds, seconds);
  if (bound != kBounds.end()) {
    ++at_most.at(static_cast<std::size_t>(bound - kBounds.begin()));
  }
  ++count;
  sum += seconds;
}

}  // namespace podsysctl::api
