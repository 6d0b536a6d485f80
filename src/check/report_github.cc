// SPDX-License-Identifier: Apache-2.0
// GitHub's workflow commands: ::error file=…,line=…,col=…,title=…::message. What would end a value
// is written as %25, %0D, %0A and, in properties, %3A and %2C.
#include <utility>

#include <fmt/core.h>

#include "check/report.h"

namespace podsysctl::check {
namespace {

enum class In : std::uint8_t { message, property };

std::string escaped(std::string_view text, In where) {
  std::string out;
  for (const char c : text) {
    const bool special =
        c == '%' || c == '\r' || c == '\n' || (where == In::property && (c == ':' || c == ','));
    out += special ? fmt::format("%{:02X}", static_cast<unsigned>(c)) : std::string(1, c);
  }
  return out;
}

std::string_view command_of(Severity severity) {
  switch (severity) {
    case Severity::error:
      return "error";
    case Severity::warning:
      return "warning";
    case Severity::info:
    case Severity::off:
      break;
  }
  return "notice";
}

class GithubReport final : public Report {
 public:
  explicit GithubReport(Write write) : write_(std::move(write)) {}

  void add(const std::string& file, const std::vector<Finding>& findings) override {
    for (const Finding& finding : findings) {
      const std::string text =
          finding.hint.empty() ? finding.message : finding.message + "\nhint: " + finding.hint;
      write_(fmt::format("::{} file={},line={},col={},title={} {}::{}\n",
                         command_of(finding.severity), escaped(file, In::property), finding.line,
                         finding.column, id_of(finding.rule), info_of(finding.rule).name,
                         escaped(text, In::message)));
    }
  }

  void end(const Summary& summary) override { write_(summary_line(summary) + "\n"); }

 private:
  Write write_;
};

}  // namespace

std::unique_ptr<Report> make_github_report(Report::Write write) {
  return std::make_unique<GithubReport>(std::move(write));
}

}  // namespace podsysctl::check
