// SPDX-License-Identifier: Apache-2.0
#include "service/exposition.h"

#include <unistd.h>

#include <filesystem>
#include <system_error>

#include <fmt/core.h>

#include "base/strings.h"
#include "linux/file.h"

namespace podsysctl::service {
namespace {

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

class Writer {
 public:
  void begin(std::string_view name, std::string_view type, std::string_view help) {
    name_ = fmt::format("podsysctl_{}", name);
    text_ += fmt::format("# HELP {0} {1}\n# TYPE {0} {2}\n", name_, help, type);
  }
  void sample(std::string_view labels, double value, std::string_view suffix = "") {
    text_ += labels.empty() ? fmt::format("{}{} {}\n", name_, suffix, value)
                            : fmt::format("{}{}{{{}}} {}\n", name_, suffix, labels, value);
  }
  void single(std::string_view name, std::string_view type, std::string_view help,
              std::size_t value) {
    begin(name, type, help);
    sample("", static_cast<double>(value));
  }
  std::string take() { return std::move(text_); }

 private:
  std::string name_;
  std::string text_;
};

void write_records(Writer& out, const RecordCounts& records) {
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

void write_histogram(Writer& out, const Histogram& apply) {
  out.begin("sysctl_apply_seconds", "histogram",
            "Time to plan, write and read back the settings of one pod.");
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < Histogram::kBounds.size(); ++i) {
    sum += apply.at_most.at(i);
    out.sample(label("le", fmt::format("{}", Histogram::kBounds.at(i))), static_cast<double>(sum),
               "_bucket");
  }
  out.sample(label("le", "+Inf"), static_cast<double>(apply.count), "_bucket");
  out.sample("", apply.sum, "_sum");
  out.sample("", static_cast<double>(apply.count), "_count");
}

void write_by_sysctl(Writer& out, std::string_view name, std::string_view help,
                     const std::map<std::string, std::uint64_t>& counts) {
  out.begin(name, "counter", help);
  for (const auto& [sysctl, count] : counts) {
    out.sample(label("sysctl", sysctl), static_cast<double>(count));
  }
}

}  // namespace

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

std::string exposition(const Counts& counts, const RecordCounts& records,
                       const ProcessCounts& process, std::string_view version) {
  Writer out;
  out.begin("build_info", "gauge", "1, labelled with the version.");
  out.sample(label("version", version), 1);
  write_records(out, records);
  write_histogram(out, counts.apply);
  out.single("pod_launches_total", "counter", "Attempts to start a pod.", counts.launches);
  out.single("pod_launch_failures_total", "counter", "Those that failed or were refused.",
             counts.failed_launches);
  out.single("container_restarts_total", "counter", "Containers started again.", counts.restarts);
  out.single("config_reloads_total", "counter", "Configurations taken up.", counts.reloads);
  out.single("config_reload_failures_total", "counter", "Configurations refused.",
             counts.refused_reloads);
  write_by_sysctl(out, "sysctl_drifts_total", "Settings found changed by somebody else.",
                  counts.drifts);
  write_by_sysctl(out, "sysctl_repairs_total", "Drifted settings put into force again.",
                  counts.repairs);
  out.single("resident_memory_bytes", "gauge", "Resident memory of the service.",
             process.resident_bytes);
  out.single("open_fds", "gauge", "Open descriptors of the service.", process.open_descriptors);
  return out.take();
}

}  // namespace podsysctl::service
