// SPDX-License-Identifier: Apache-2.0
// Findings as text for people, JSON, SARIF 2.1.0, JUnit XML and GitHub workflow annotations. A
// report is written while the findings come, so it never holds them all.
// Text from outside is escaped for the form it goes into. Thread-safety: one thread.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "check/finding.h"

namespace podsysctl::check {

enum class Format : std::uint8_t { text, json, sarif, junit, github };
enum class Colours : std::uint8_t { off, on };

class Report {
 public:
  using Write = std::function<void(std::string_view)>;

  Report() = default;
  Report(const Report&) = delete;
  Report& operator=(const Report&) = delete;
  Report(Report&&) = delete;
  Report& operator=(Report&&) = delete;
  virtual ~Report() = default;

  // Some of a file's findings; all of one file come one after another.
  virtual void add(const std::string& file, const std::vector<Finding>& findings) = 0;
  virtual void end(const Summary& summary) = 0;
};

struct ReportOptions {
  Colours colours = Colours::off;  // text only
  std::string version;             // of this program, for SARIF
};

[[nodiscard]] std::optional<Format> format_from_string(std::string_view text) noexcept;
[[nodiscard]] std::unique_ptr<Report> make_report(Format format, Report::Write write,
                                                  const ReportOptions& options);

// "12 documents, 3 workloads: 1 error, 2 warnings, no infos"
[[nodiscard]] std::string summary_line(const Summary& summary);

// Each form by itself: what make_report() chooses from.
[[nodiscard]] std::unique_ptr<Report> make_text_report(Report::Write write, Colours colours);
[[nodiscard]] std::unique_ptr<Report> make_json_report(Report::Write write);
[[nodiscard]] std::unique_ptr<Report> make_sarif_report(Report::Write write,
                                                        const std::string& version);
[[nodiscard]] std::unique_ptr<Report> make_junit_report(Report::Write write);
[[nodiscard]] std::unique_ptr<Report> make_github_report(Report::Write write);

}  // namespace podsysctl::check
