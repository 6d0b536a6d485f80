// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <utility>

#include <fmt/core.h>

#include "base/printable.h"
#include "check/report.h"

namespace podsysctl::check {
namespace {

std::string_view colour_of(Severity severity) {
  switch (severity) {
    case Severity::error:
      return "\x1b[31m";
    case Severity::warning:
      return "\x1b[33m";
    case Severity::info:
    case Severity::off:
      break;
  }
  return "\x1b[36m";
}

// A tab stays one column wide, so that the caret stands right.
std::string one_column_tabs(std::string text) {
  std::ranges::replace(text, '\t', ' ');
  return printable(text);
}

class TextReport final : public Report {
 public:
  TextReport(Write write, Colours colours)
      : write_(std::move(write)), coloured_(colours == Colours::on) {}

  void add(const std::string& file, const std::vector<Finding>& findings) override {
    if (!findings.empty() && file != file_) {
      write_(fmt::format("{}{}\n", file_.empty() ? "" : "\n", bold(printable(file))));
      file_ = file;
    }
    for (const Finding& finding : findings) {
      write_(text_of(finding));
    }
  }

  void end(const Summary& summary) override {
    write_(fmt::format("{}{}\n", file_.empty() ? "" : "\n", summary_line(summary)));
  }

 private:
  std::string bold(std::string text) const {
    return coloured_ ? fmt::format("\x1b[1m{}\x1b[0m", text) : std::move(text);
  }

  static std::string object_of(const Finding& finding) {
    if (finding.kind.empty()) {
      return "";
    }
    return fmt::format("  ({} {}{}{})", printable(finding.kind), printable(finding.namespace_),
                       finding.namespace_.empty() ? "" : "/", printable(finding.name));
  }

  std::string text_of(const Finding& finding) const {
    const std::string_view severity = to_string(finding.severity);
    const std::string shown =
        coloured_ ? fmt::format("{}{}\x1b[0m", colour_of(finding.severity), severity)
                  : std::string(severity);
    std::string text =
        fmt::format("  {}:{}: {} {}: {}{}\n", finding.line, finding.column, shown,
                    id_of(finding.rule), printable(finding.message), object_of(finding));
    if (!finding.excerpt.empty()) {
      const std::string margin = fmt::format("{}", finding.line);
      text += fmt::format("    {} | {}\n", margin, one_column_tabs(finding.excerpt));
      text += fmt::format("    {} | {}{}\n", std::string(margin.size(), ' '),
                          std::string(finding.caret, ' '), coloured_ ? "\x1b[1m^\x1b[0m" : "^");
    }
    if (!finding.hint.empty()) {
      text += fmt::format("    hint: {}\n", printable(finding.hint));
    }
    return text;
  }

  Write write_;
  bool coloured_;
  std::string file_;  // the heading that was written last
};

}  // namespace

std::unique_ptr<Report> make_text_report(Report::Write write, Colours colours) {
  return std::make_unique<TextReport>(std::move(write), colours);
}

}  // namespace podsysctl::check
