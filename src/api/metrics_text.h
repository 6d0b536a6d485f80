// SPDX-License-Identifier: Apache-2.0
// /metrics: the text format of Prometheus, version 0.0.4, written by a few lines of our own (a
// library for it would bring a registry of its own for some thirty series), and the series that
// every service has. Errors: those of the store. Thread-safety: values; as Store.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>

#include "api/histogram.h"
#include "base/result.h"
#include "store/store.h"

namespace podsysctl::api {

// sysctl="net.core.somaxconn"
[[nodiscard]] std::string label(std::string_view name, std::string_view value);

class MetricsText {
 public:
  // A family of samples; names get the prefix podsysctl_.
  void begin(std::string_view name, std::string_view type, std::string_view help);
  void sample(std::string_view labels, double value, std::string_view suffix = "");
  // A family of one.
  void single(std::string_view name, std::string_view type, std::string_view help,
              std::size_t value);
  void by_sysctl(std::string_view name, std::string_view help,
                 const std::map<std::string, std::uint64_t>& counts);
  void histogram(std::string_view name, std::string_view help, const Histogram& histogram);
  [[nodiscard]] std::string take() { return std::move(text_); }

 private:
  std::string name_;
  std::string text_;
};

// What is on record.
struct RecordCounts {
  std::map<std::string, std::size_t> pods;                              // by phase
  std::map<std::pair<std::string, std::string>, std::size_t> settings;  // by sysctl and state
};
[[nodiscard]] Result<RecordCounts> record_counts(store::Store& store);

// What the kernel says of this process.
struct ProcessCounts {
  std::size_t resident_bytes = 0;
  std::size_t open_descriptors = 0;
};
[[nodiscard]] ProcessCounts process_counts();

void add_version(MetricsText& out, std::string_view version);
void add_records(MetricsText& out, const RecordCounts& records);
void add_process(MetricsText& out, const ProcessCounts& process);

}  // namespace podsysctl::api
