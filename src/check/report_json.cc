// SPDX-License-Identifier: Apache-2.0
// The form of `-o json` is a contract: {"findings":[…],"summary":{…}}, one finding a line.
#include <utility>

#include <nlohmann/json.hpp>

#include "check/report.h"
#include "json/json.h"

namespace podsysctl::check {
namespace {

json::Value value_of(const std::string& file, const Finding& finding) {
  return {{"rule", id_of(finding.rule)},
          {"severity", std::string(to_string(finding.severity))},
          {"file", file},
          {"line", finding.line},
          {"column", finding.column},
          {"kind", finding.kind},
          {"namespace", finding.namespace_},
          {"name", finding.name},
          {"path", finding.path},
          {"sysctl", finding.sysctl},
          {"message", finding.message},
          {"hint", finding.hint}};
}

class JsonReport final : public Report {
 public:
  explicit JsonReport(Write write) : write_(std::move(write)) { write_("{\"findings\":["); }

  void add(const std::string& file, const std::vector<Finding>& findings) override {
    for (const Finding& finding : findings) {
      write_(any_ ? ",\n" : "\n");
      any_ = true;
      write_(json::dump(value_of(file, finding)));
    }
  }

  void end(const Summary& summary) override {
    const json::Value counts = {{"documents", summary.documents},
                                {"workloads", summary.workloads},
                                {"errors", summary.errors},
                                {"warnings", summary.warnings},
                                {"infos", summary.infos}};
    write_((any_ ? "\n],\"summary\":" : "],\"summary\":") + json::dump(counts) + "}\n");
  }

 private:
  Write write_;
  bool any_ = false;
};

}  // namespace

std::unique_ptr<Report> make_json_report(Report::Write write) {
  return std::make_unique<JsonReport>(std::move(write));
}

}  // namespace podsysctl::check
