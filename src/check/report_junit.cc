// SPDX-License-Identifier: Apache-2.0
// JUnit XML: a test suite a file, a failed test case each error and warning; infos pass and say
// what they found. A file without findings is one test that passes.
#include <utility>

#include <fmt/core.h>

#include "base/printable.h"
#include "check/report.h"

namespace podsysctl::check {
namespace {

// XML 1.0 takes no control characters, not even as references.
std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : printable(text)) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

class JunitReport final : public Report {
 public:
  explicit JunitReport(Write write) : write_(std::move(write)) {
    write_("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"podsysctl check\">\n");
  }

  void add(const std::string& file, const std::vector<Finding>& findings) override {
    if (!open_ || file != file_) {
      close_suite();
      file_ = file;
      open_ = true;
    }
    for (const Finding& finding : findings) {
      add_case(finding);
    }
  }

  void end(const Summary& /*summary*/) override {
    close_suite();
    write_("</testsuites>\n");
  }

 private:
  void add_case(const Finding& finding) {
    const std::string id = id_of(finding.rule);
    const std::string where = fmt::format("{}:{}:{}", file_, finding.line, finding.column);
    const std::string body = fmt::format("{}: {}{}{}", where, finding.message,
                                         finding.hint.empty() ? "" : "; hint: ", finding.hint);
    cases_ += fmt::format(R"(    <testcase classname="{}" name="{} {}">)", escaped(file_), id,
                          escaped(where));
    if (finding.severity == Severity::info) {
      cases_ += fmt::format("<system-out>{}</system-out>", escaped(body));
    } else {
      ++failures_;
      cases_ += fmt::format(R"(<failure type="{}" message="{}">{}</failure>)",
                            to_string(finding.severity), escaped(finding.message), escaped(body));
    }
    cases_ += "</testcase>\n";
    ++tests_;
  }

  void close_suite() {
    if (!open_) {
      return;
    }
    if (tests_ == 0) {
      tests_ = 1;
      cases_ = fmt::format("    <testcase classname=\"{0}\" name=\"{0}\"/>\n", escaped(file_));
    }
    write_(
        fmt::format("  <testsuite name=\"{}\" tests=\"{}\" failures=\"{}\" errors=\"0\">\n{}"
                    "  </testsuite>\n",
                    escaped(file_), tests_, failures_, cases_));
    open_ = false;
    cases_.clear();
    tests_ = 0;
    failures_ = 0;
  }

  Write write_;
  std::string file_;
  std::string cases_;
  std::size_t tests_ = 0;
  std::size_t failures_ = 0;
  bool open_ = false;
};

}  // namespace

std::unique_ptr<Report> make_junit_report(Report::Write write) {
  return std::make_unique<JunitReport>(std::move(write));
}

}  // namespace podsysctl::check
