// SPDX-License-Identifier: Apache-2.0
#include "api/metrics_text.h"

#include <unistd.h>

#include <filesystem>
#include <system_error>

#include <fmt/core.h>

#include "base/strings.h"
#include "linux/file.h"

namespace podsysctl::api {

std::string label(std::string_view name, std::string_view value) {
  std::string text = fmt::format("{}=\"", name);
  for (const char c : value) {
    if (c == '\\' || c == '"') {
      text += '\\';
    }
    text += c == '\n' ? ' ' : c;
  }
  return text + '"';
}

void MetricsText::begin(std::string_view name, std::string_view type, std::string_view help) {
  name_ = fmt::format("podsysctl_{}", name);
  text_ += fmt::format("# HELP {0} {1}\n# TYPE {0} {2}\n", name_, help, type);
}

void MetricsText::sample(std::string_view labels, double value, std::string_view suffix) {
  text_ += labels.empty() ? fmt::format("{}{} {}\n", name_, suffix, value)
                          : fmt::format("{}{}{{{}}} {}\n", name_, suffix, labels, value);
}

void MetricsText::single(std::string_view name, std::string_view type, std::string_view help,
                         std::size_t value) {
  begin(name, type, help);
  sample("", static_cast<double>(value));
}

void MetricsText::by_sysctl(std::string_view name, std::string_view help,
                            const std::map<std::string, std::uint64_t>& counts) {
  begin(name, "counter", help);
  for (const auto& [sysctl, count] : counts) {
    sample(label("sysctl", sysctl), static_cast<double>(count));
  }
}

void MetricsText::histogram(std::string_view name, std::string_view help,
                            const Histogram& histogram) {
  begin(name, "histogram", help);
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < Histogram::kBounds.size(); ++i) {
    sum += histogram.at_most.at(i);
    sample(label("le", fmt::format("{}", Histogram::kBounds.at(i))), static_cast<double>(sum),
           "_bucket");
  }
  sample(label("le", "+Inf"), static_cast<double>(histogram.count), "_bucket");
  sample("", histogram.sum, "_sum");
  sample("", static_cast<double>(histogram.count), "_count");
}

Result<RecordCounts> record_counts(store::Store& store) {
  RecordCounts records;
  for (const auto phase :
       {store::PodPhase::pending, store::PodPhase::running, store::PodPhase::succeeded,
        store::PodPhase::failed, store::PodPhase::unknown}) {
    records.pods[std::string(to_string(phase))] = 0;
  }
  PSYS_TRY_ASSIGN(const std::vector<store::PodRecord> pods, store.pods());
  for (const store::PodRecord& pod : pods) {
    ++records.pods[std::string(to_string(pod.phase))];
    PSYS_TRY_ASSIGN(const auto settings, store.settings(pod.uid));
    for (const store::SettingRecord& setting : settings) {
      ++records.settings[{setting.name, std::string(to_string(setting.state))}];
    }
  }
  return records;
}

ProcessCounts process_counts() {
  ProcessCounts counts;
  if (const auto statm = linux::read_file("/proc/self/statm", 256)) {
    const auto words = split_words(*statm);
    const auto pages = words.size() > 1 ? parse_number<std::size_t>(words[1]) : std::nullopt;
    counts.resident_bytes = pages.value_or(0) * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
  }
  std::error_code failure;
  std::filesystem::directory_iterator entries("/proc/self/fd", failure);
  while (!failure && entries != std::filesystem::directory_iterator()) {
    ++counts.open_descriptors;
    entries.increment(failure);
  }
  return counts;
}

void add_version(MetricsText& out, std::string_view version) {
  out.begin("build_info", "gauge", "1, labelled with the version.");
  out.sample(label("version", version), 1);
}

void add_records(MetricsText& out, const RecordCounts& records) {
  out.begin("pods", "gauge", "Pods on record, by phase.");
  for (const auto& [phase, count] : records.pods) {
    out.sample(label("phase", phase), static_cast<double>(count));
  }
  out.begin("sysctl_settings", "gauge", "Settings of the pods on record, by sysctl and state.");
  for (const auto& [key, count] : records.settings) {
    out.sample(label("sysctl", key.first) + "," + label("state", key.second),
               static_cast<double>(count));
  }
}

void add_process(MetricsText& out, const ProcessCounts& process) {
  out.single("resident_memory_bytes", "gauge", "Resident memory of the service.",
             process.resident_bytes);
  out.single("open_fds", "gauge", "Open descriptors of the service.", process.open_descriptors);
}

}  // namespace podsysctl::api
