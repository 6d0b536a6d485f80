// SPDX-License-Identifier: Apache-2.0
// SARIF 2.1.0 (OASIS): one run, every rule in the tool's description, one result a finding.
#include <utility>

#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include "check/report.h"
#include "json/json.h"

namespace podsysctl::check {
namespace {

constexpr std::string_view kSchema = "https://json.schemastore.org/sarif-2.1.0.json";

std::string_view level_of(Severity severity) {
  switch (severity) {
    case Severity::error:
      return "error";
    case Severity::warning:
      return "warning";
    case Severity::info:
      return "note";
    case Severity::off:
      break;
  }
  return "none";
}

// A relative reference or an absolute path, as a URI holds it (RFC 3986: unreserved and '/').
std::string uri_of(std::string_view path) {
  std::string uri = path.starts_with('/') ? "file://" : "";
  for (const char c : path) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       std::string_view("-._~/").find(c) != std::string_view::npos;
    uri += plain ? std::string(1, c)
                 : fmt::format("%{:02X}", static_cast<unsigned>(static_cast<unsigned char>(c)));
  }
  return uri;
}

json::Value rules() {
  json::Value list = json::Value::array();
  for (const RuleInfo& info : kRules) {
    const std::string id = id_of(info.rule);
    list.push_back({{"id", id},
                    {"name", std::string(info.name)},
                    {"shortDescription", {{"text", std::string(info.text)}}},
                    {"defaultConfiguration", {{"level", std::string(level_of(info.severity))}}}});
  }
  return list;
}

json::Value result_of(const std::string& file, const Finding& finding) {
  json::Value physical = {{"artifactLocation", {{"uri", uri_of(file)}}}};
  if (finding.line > 0) {
    physical["region"] = {{"startLine", finding.line}, {"startColumn", finding.column}};
  }
  json::Value location = {{"physicalLocation", std::move(physical)}};
  if (!finding.path.empty()) {
    location["logicalLocations"] = json::Value::array({{{"fullyQualifiedName", finding.path}}});
  }
  const std::string text =
      finding.hint.empty() ? finding.message : finding.message + "\nhint: " + finding.hint;
  return {{"ruleId", id_of(finding.rule)},
          {"ruleIndex", index_of(finding.rule)},
          {"level", std::string(level_of(finding.severity))},
          {"message", {{"text", text}}},
          {"locations", json::Value::array({std::move(location)})}};
}

class SarifReport final : public Report {
 public:
  SarifReport(Write write, const std::string& version) : write_(std::move(write)) {
    const json::Value driver = {{"name", "podsysctl"}, {"version", version}, {"rules", rules()}};
    write_(
        fmt::format("{{\"$schema\":\"{}\",\"version\":\"2.1.0\",\"runs\":[{{\"tool\":{{"
                    "\"driver\":{}}},\n\"columnKind\":\"unicodeCodePoints\",\"results\":[",
                    kSchema, json::dump(driver)));
  }

  void add(const std::string& file, const std::vector<Finding>& findings) override {
    for (const Finding& finding : findings) {
      write_(any_ ? ",\n" : "\n");
      any_ = true;
      write_(json::dump(result_of(file, finding)));
    }
  }

  void end(const Summary& /*summary*/) override { write_(any_ ? "\n]}]}\n" : "]}]}\n"); }

 private:
  Write write_;
  bool any_ = false;
};

}  // namespace

std::unique_ptr<Report> make_sarif_report(Report::Write write, const std::string& version) {
  return std::make_unique<SarifReport>(std::move(write), version);
}

}  // namespace podsysctl::check
