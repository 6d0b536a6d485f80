// SPDX-License-Identifier: Apache-2.0
#include "service/metrics.h"

#include <algorithm>

namespace podsysctl::service {

void Metrics::applied(std::chrono::microseconds took) {
  const double seconds = std::chrono::duration<double>(took).count();
  const std::lock_guard lock(mutex_);
  Histogram& apply = counts_.apply;
  const auto bound = std::ranges::lower_bound(Histogram::kBounds, seconds);
  if (bound != Histogram::kBounds.end()) {
    ++apply.at_most.at(static_cast<std::size_t>(bound - Histogram::kBounds.begin()));
  }
  ++apply.count;
  apply.sum += seconds;
}

void Metrics::add(std::uint64_t Counts::* counter) {
  const std::lock_guard lock(mutex_);
  ++(counts_.*counter);
}

void Metrics::drifted(const std::string& sysctl) {
  const std::lock_guard lock(mutex_);
  ++counts_.drifts[sysctl];
}

void Metrics::repaired(const std::string& sysctl) {
  const std::lock_guard lock(mutex_);
  ++counts_.repairs[sysctl];
}

Counts Metrics::counts() const {
  const std::lock_guard lock(mutex_);
  return counts_;
}

}  // namespace podsysctl::service
