// SPDX-License-Identifier: Apache-2.0
#include "service/metrics.h"

namespace podsysctl::service {

void Metrics::applied(std::chrono::microseconds took) {
  const std::lock_guard lock(mutex_);
  counts_.apply.add(took);
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

void Metrics::contested(const std::string& sysctl) {
  const std::lock_guard lock(mutex_);
  ++counts_.contested[sysctl];
}

Counts Metrics::counts() const {
  const std::lock_guard lock(mutex_);
  return counts_;
}

}  // namespace podsysctl::service
