// SPDX-License-Identifier: Apache-2.0
// /metrics: the text format of Prometheus, version 0.0.4, written by a few lines of our own (a
// library for it would bring a registry of its own for less than twenty series).
// Thread-safety: pure function.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <utility>

#include "service/metrics.h"
#include "store/records.h"

namespace podsysctl::service {

// What is on record.
struct RecordCounts {
  std::map<std::string, std::size_t> pods;                              // by phase
  std::map<std::pair<std::string, std::string>, std::size_t> settings;  // by sysctl and state
};

// What the kernel says of this process.
struct ProcessCounts {
  std::size_t resident_bytes = 0;
  std::size_t open_descriptors = 0;
};
[[nodiscard]] ProcessCounts process_counts();

[[nodiscard]] std::string exposition(const Counts& counts, const RecordCounts& records,
                                     const ProcessCounts& process, std::string_view version);

}  // namespace podsysctl::service
