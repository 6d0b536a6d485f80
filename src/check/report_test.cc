// SPDX-License-Identifier: Apache-2.0
// Each form of a report: the JSON contract, the properties that SARIF 2.1.0 requires, XML and
// GitHub escapes, and the text for people.
#include "check/report.h"

#include <set>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "check/test_support.h"
#include "json/json.h"

namespace podsysctl::check {
namespace {

using testing::HasSubstr;
using testing::Not;

Finding finding_of(Severity severity) {
  return {.rule = Rule::not_allowlisted,
          .severity = severity,
          .line = 8,
          .column = 13,
          .kind = "Pod",
          .namespace_ = "default",
          .name = "test-sysctl",
          .path = "spec.securityContext.sysctls[0].name",
          .sysctl = "net.core.somaxconn",
          .message = "forbidden sysctl: \"net.core.somaxconn\" not allowlisted",
          .hint = "allow it",
          .excerpt = "    - name: net.core.somaxconn",
          .caret = 12};
}

std::string written(Format format, const std::vector<Finding>& findings,
                    const std::string& file = "deploy/a b,c.yaml", Colours colours = Colours::off) {
  std::string out;
  const auto report = make_report(format, [&out](std::string_view text) { out += text; },
                                  {.colours = colours, .version = "1.2.3"});
  Summary summary{.documents = 2, .workloads = 1};
  for (const Finding& finding : findings) {
    summary.count(finding.severity);
  }
  report->add(file, findings);
  report->end(summary);
  return out;
}

json::Value parsed(const std::string& text) {
  auto value = json::parse(text, "report");
  EXPECT_TRUE(value) << text << (value ? "" : value.error().message);
  return value ? *value : json::Value();
}

TEST(Report, JsonIsTheContract) {
  const json::Value report = parsed(written(Format::json, {finding_of(Severity::error)}));
  EXPECT_EQ(json::dump(report),
            "{\"findings\":[{\"rule\":\"PSC101\",\"severity\":\"error\",\"file\":\"deploy/a "
            "b,c.yaml\",\"line\":8,\"column\":13,\"kind\":\"Pod\",\"namespace\":\"default\","
            "\"name\":\"test-sysctl\",\"path\":\"spec.securityContext.sysctls[0].name\","
            "\"sysctl\":\"net.core.somaxconn\",\"message\":\"forbidden sysctl: "
            "\\\"net.core.somaxconn\\\" not allowlisted\",\"hint\":\"allow it\"}],\"summary\":{"
            "\"documents\":2,\"workloads\":1,\"errors\":1,\"warnings\":0,\"infos\":0}}");
  const json::Value empty = parsed(written(Format::json, {}));
  EXPECT_TRUE(empty.at("findings").empty());
  EXPECT_EQ(parsed(written(Format::json, {finding_of(Severity::info), finding_of(Severity::info)}))
                .at("summary")
                .at("infos"),
            2);
}

TEST(Report, SarifHasWhatItsSchemaRequires) {
  Finding nowhere = finding_of(Severity::info);
  nowhere.line = 0;
  nowhere.path.clear();
  const json::Value log =
      parsed(written(Format::sarif, {finding_of(Severity::error), nowhere}, "/srv/a b.yaml"));
  EXPECT_EQ(log.at("version"), "2.1.0");
  EXPECT_THAT(log.at("$schema").get<std::string>(), HasSubstr("sarif-2.1.0"));
  ASSERT_EQ(log.at("runs").size(), 1U);
  const json::Value& run = log.at("runs").at(0);
  EXPECT_EQ(run.at("columnKind"), "unicodeCodePoints");
  const json::Value& driver = run.at("tool").at("driver");
  EXPECT_EQ(driver.at("name"), "podsysctl");
  EXPECT_EQ(driver.at("version"), "1.2.3");
  const json::Value& rules = driver.at("rules");
  ASSERT_EQ(rules.size(), kRules.size());
  std::set<std::string> ids;
  const std::set<std::string> levels{"none", "note", "warning", "error"};
  for (const json::Value& rule : rules) {
    EXPECT_TRUE(ids.insert(rule.at("id").get<std::string>()).second);
    EXPECT_FALSE(rule.at("shortDescription").at("text").get<std::string>().empty());
    EXPECT_TRUE(levels.contains(rule.at("defaultConfiguration").at("level").get<std::string>()));
  }
  ASSERT_EQ(run.at("results").size(), 2U);
  for (const json::Value& result : run.at("results")) {
    const auto index = result.at("ruleIndex").get<std::size_t>();
    EXPECT_EQ(rules.at(index).at("id"), result.at("ruleId"));
    EXPECT_TRUE(levels.contains(result.at("level").get<std::string>()));
    EXPECT_FALSE(result.at("message").at("text").get<std::string>().empty());
    EXPECT_EQ(result.at("locations").at(0).at("physicalLocation").at("artifactLocation").at("uri"),
              "file:///srv/a%20b.yaml");
  }
  const json::Value& region =
      run.at("results").at(0).at("locations").at(0).at("physicalLocation").at("region");
  EXPECT_EQ(region.at("startLine"), 8);
  EXPECT_EQ(region.at("startColumn"), 13);
  // A region's line is at least one: none is given where there is none.
  EXPECT_FALSE(
      run.at("results").at(1).at("locations").at(0).at("physicalLocation").contains("region"));
  EXPECT_TRUE(parsed(written(Format::sarif, {})).at("runs").at(0).at("results").empty());
}

TEST(Report, Junit) {
  Finding hostile = finding_of(Severity::error);
  hostile.message = "a <b> & \"c\" \x1b[31m";
  const std::string xml = written(Format::junit, {hostile, finding_of(Severity::info)});
  EXPECT_THAT(xml, HasSubstr("<?xml version=\"1.0\" encoding=\"UTF-8\"?>"));
  EXPECT_THAT(xml, HasSubstr("<testsuite name=\"deploy/a b,c.yaml\" tests=\"2\" failures=\"1\" "));
  EXPECT_THAT(xml, HasSubstr("message=\"a &lt;b&gt; &amp; &quot;c&quot; \\x1b[31m\""));
  EXPECT_THAT(xml, HasSubstr("<system-out>"));
  EXPECT_THAT(written(Format::junit, {}), HasSubstr("tests=\"1\" failures=\"0\""));
}

TEST(Report, Github) {
  EXPECT_THAT(written(Format::github, {finding_of(Severity::error)}),
              HasSubstr("::error file=deploy/a b%2Cc.yaml,line=8,col=13,title=PSC101 "
                        "not-allowlisted::forbidden sysctl: \"net.core.somaxconn\" not "
                        "allowlisted%0Ahint: allow it\n"));
  Finding hostile = finding_of(Severity::info);
  hostile.message = "100%\r\n::error::x";
  hostile.hint.clear();
  EXPECT_THAT(written(Format::github, {hostile}), HasSubstr("::100%25%0D%0A::error::x\n"));
  EXPECT_THAT(written(Format::github, {hostile}), HasSubstr("::notice "));
}

TEST(Report, Text) {
  EXPECT_EQ(written(Format::text, {finding_of(Severity::error)}),
            "deploy/a b,c.yaml\n"
            "  8:13: error PSC101: forbidden sysctl: \"net.core.somaxconn\" not allowlisted  (Pod "
            "default/test-sysctl)\n"
            "    8 |     - name: net.core.somaxconn\n"
            "      |             ^\n"
            "    hint: allow it\n"
            "\n"
            "2 documents, 1 workload: 1 error, no warnings, no infos\n");
  EXPECT_EQ(written(Format::text, {}),
            "2 documents, 1 workload: no errors, no warnings, no infos\n");
  Finding hostile = finding_of(Severity::warning);
  hostile.message = "a\x1b]0;x";
  hostile.excerpt = "\tb\x1b";
  EXPECT_THAT(written(Format::text, {hostile}), Not(HasSubstr("\x1b")));
  EXPECT_THAT(written(Format::text, {hostile}, "f", Colours::on),
              HasSubstr("\x1b[33mwarning\x1b[0m"));
}

}  // namespace
}  // namespace podsysctl::check
