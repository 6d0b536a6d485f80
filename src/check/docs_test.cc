// SPDX-License-Identifier: Apache-2.0
// docs/rules.md is held to the rules as they are: a section for each, whose wrong example breaks it
// and whose right example does not.
#include <map>
#include <optional>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "check/test_support.h"
#include "linux/file.h"

namespace podsysctl::check {
namespace {

struct Section {
  std::string name;
  std::string severity;
  std::string flags;
  std::string wrong;
  std::string right;
};

// By "PSC101".
std::map<std::string, Section> read_sections(const std::string& text) {
  std::map<std::string, Section> sections;
  Section* section = nullptr;
  std::string* example = nullptr;
  bool in_example = false;
  for (const std::string_view line : split(text, '\n')) {
    if (in_example) {
      in_example = line != "```";
      if (in_example && example != nullptr) {
        *example += std::string(line) + "\n";
      }
    } else if (line.starts_with("### PSC")) {
      const std::size_t blank = line.find(' ', 4);
      section = &sections[std::string(line.substr(4, blank - 4))];
      section->name = line.substr(blank + 1);
      example = nullptr;
    } else if (section != nullptr && line.starts_with("Severity: ")) {
      section->severity = line.substr(10);
    } else if (section != nullptr && line.starts_with("With `--")) {
      section->flags = line.substr(6, line.rfind('`') - 6);
    } else if (section != nullptr && line == "Wrong:") {
      example = &section->wrong;
    } else if (section != nullptr && line == "Right:") {
      example = &section->right;
    } else if (line.starts_with("```")) {
      in_example = true;
    }
  }
  return sections;
}

std::map<std::string, Section> documented() {
  const auto text = linux::read_file(PSYS_RULES);
  EXPECT_TRUE(text) << (text ? "" : text.error().message);
  return read_sections(text.value_or(""));
}

TEST(RulesPage, HasExactlyTheRulesOfTheTable) {
  auto sections = documented();
  for (const RuleInfo& info : kRules) {
    const std::string id = id_of(info.rule);
    ASSERT_TRUE(sections.contains(id)) << id;
    EXPECT_EQ(sections[id].name, info.name) << id;
    EXPECT_EQ(sections[id].severity, to_string(info.severity)) << id;
    sections.erase(id);
  }
  for (const auto& [id, section] : sections) {
    ADD_FAILURE() << "docs/rules.md tells of " << id << ", which is no rule";
  }
}

TEST(RulesPage, TheWrongExamplesBreakTheirRuleAndTheRightOnesDoNot) {
  for (const auto& [id, section] : documented()) {
    const auto rule = rule_from_id(id);
    ASSERT_TRUE(rule) << id;
    const ContextOptions options = options_from(section.flags);
    const auto wrong = findings_in(section.wrong, options);
    const Finding* const found = find_rule(wrong, *rule);
    ASSERT_NE(found, nullptr) << id << " is not found in\n" << section.wrong << rules_in(wrong);
    EXPECT_FALSE(found->message.empty()) << id;
    EXPECT_GT(found->line, 0U) << id;
    EXPECT_FALSE(section.right.empty()) << id;
    const auto right = findings_in(section.right, options);
    const Finding* const still = find_rule(right, *rule);
    EXPECT_EQ(still, nullptr) << id << ": " << (still == nullptr ? "" : still->message);
    EXPECT_EQ(find_rule(right, Rule::unreadable), nullptr) << id;
  }
}

TEST(Rules, NumbersNamesAndSeverities) {
  EXPECT_TRUE(std::ranges::is_sorted(kRules, {}, &RuleInfo::rule));
  for (std::size_t i = 0; i < kRules.size(); ++i) {
    EXPECT_EQ(index_of(kRules.at(i).rule), i);
    EXPECT_EQ(rule_from_id(id_of(kRules.at(i).rule)), kRules.at(i).rule);
    EXPECT_FALSE(kRules.at(i).text.empty());
  }
  EXPECT_EQ(id_of(Rule::unreadable), "PSC001");
  for (const std::string_view text : {"", "PSC", "PSC1", "PSC999", "PSC0101", "psc101", "PSC-01"}) {
    EXPECT_EQ(rule_from_id(text), std::nullopt) << text;
  }
  EXPECT_EQ(severity_from_string("off"), Severity::off);
  EXPECT_EQ(severity_from_string("fatal"), std::nullopt);
}

}  // namespace
}  // namespace podsysctl::check
