// SPDX-License-Identifier: Apache-2.0
#include "check/report.h"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/core.h>

namespace podsysctl::check {
namespace {

constexpr std::array<std::string_view, 5> kFormats{"text", "json", "sarif", "junit", "github"};

std::string counted(std::size_t count, std::string_view thing) {
  return count == 0 ? fmt::format("no {}s", thing)
                    : fmt::format("{} {}{}", count, thing, count == 1 ? "" : "s");
}

}  // namespace

std::optional<Format> format_from_string(std::string_view text) noexcept {
  const auto found = std::ranges::find(kFormats, text);
  if (found == kFormats.end()) {
    return std::nullopt;
  }
  return static_cast<Format>(found - kFormats.begin());
}

std::unique_ptr<Report> make_report(Format format, Report::Write write,
                                    const ReportOptions& options) {
  switch (format) {
    case Format::json:
      return make_json_report(std::move(write));
    case Format::sarif:
      return make_sarif_report(std::move(write), options.version);
    case Format::junit:
      return make_junit_report(std::move(write));
    case Format::github:
      return make_github_report(std::move(write));
    case Format::text:
      break;
  }
  return make_text_report(std::move(write), options.colours);
}

std::string summary_line(const Summary& summary) {
  return fmt::format("{}, {}: {}, {}, {}", counted(summary.documents, "document"),
                     counted(summary.workloads, "workload"), counted(summary.errors, "error"),
                     counted(summary.warnings, "warning"), counted(summary.infos, "info"));
}

}  // namespace podsysctl::check
