// SPDX-License-Identifier: Apache-2.0
// What the service counts itself, for /metrics; what is on record is counted there when it is asked
// for. Thread-safety: any thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>

#include "api/histogram.h"

namespace podsysctl::service {

struct Counts {
  api::Histogram apply;  // of one pod's settings
  std::uint64_t launches = 0;
  std::uint64_t failed_launches = 0;
  std::uint64_t restarts = 0;
  std::uint64_t reloads = 0;
  std::uint64_t refused_reloads = 0;
  std::map<std::string, std::uint64_t> drifts;     // by sysctl
  std::map<std::string, std::uint64_t> repairs;    // by sysctl
  std::map<std::string, std::uint64_t> contested;  // by sysctl
};

class Metrics {
 public:
  void applied(std::chrono::microseconds took);
  void add(std::uint64_t Counts::* counter);
  void drifted(const std::string& sysctl);
  void repaired(const std::string& sysctl);
  void contested(const std::string& sysctl);
  [[nodiscard]] Counts counts() const;

 private:
  mutable std::mutex mutex_;
  Counts counts_;
};

}  // namespace podsysctl::service
