// SPDX-License-Identifier: Apache-2.0
// What the annotations for the agent ask for: 601, 602, and the rules that they share with the
// field.
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "check/test_support.h"

namespace podsysctl::check {
namespace {

using testing::HasSubstr;

// A pod of the namespace `web` whose annotation is this block of text, at line 7.
std::string annotated(const std::vector<std::string>& lines, std::string_view name_space = "web") {
  std::string text = fmt::format(
      "apiVersion: v1\nkind: Pod\nmetadata:\n  name: a\n  namespace: {}\n  annotations:\n"
      "    podsysctl.io/sysctls: |\n",
      name_space);
  for (const std::string& line : lines) {
    text += fmt::format("      {}\n", line);
  }
  return text + "spec: {containers: []}\n";
}

ContextOptions with_policies() {
  return {.policies = {std::string(PSYS_GOLDEN) + "/policies.yaml"}};
}

TEST(AgentAnnotation, IsHeldAgainstTheRulesOfKernelAndValues) {
  struct Case {
    std::vector<std::string> lines;
    std::string rules;
  };
  const std::vector<Case> cases{
      {{"net.core.somaxconn = 1024"}, ""},  // no kubelet's allowlist counts
      {{"# text", "", "net.core.somaxconn = 1024"}, ""},
      {{"net.core.somaxconn = many"}, "PSC301"},
      {{"vm.swappiness = 10"}, "PSC201"},
      {{"net.ipv4.ip_local_port_range = 2000"}, "PSC303"},
      {{"net.core.somaxcon = 1"}, "PSC209"},
      {{"net.core.somaxconn"}, "PSC601"},
      {{"net.core.somaxconn = 1", "net.core.somaxconn = 2"}, "PSC601"},
      {{"net/../kernel/core_pattern = x"}, "PSC601"},
      // The agent orders its writes, and the pod's interfaces are there.
      {{"net.ipv4.ip_forward = 0", "net.ipv4.conf.all.accept_redirects = 0"}, ""},
      {{"net.ipv4.conf.eth0.rp_filter = 2"}, ""},
      {{"net.ipv4.ip_unprivileged_port_start = 3000", "net.ipv4.ip_local_port_range = 2000 60999"},
       "PSC308"},
  };
  for (const Case& row : cases) {
    const auto findings = findings_in(annotated(row.lines));
    EXPECT_EQ(rules_in(findings), row.rules) << row.lines.front();
  }
}

TEST(AgentAnnotation, FindingsStandAtTheirLine) {
  const auto findings = findings_in(annotated({"# text", "net.core.somaxconn = many"}));
  ASSERT_EQ(findings.size(), 1U);
  EXPECT_EQ(findings[0].line, 9U);
  EXPECT_EQ(findings[0].path, "metadata.annotations[podsysctl.io/sysctls]");
  const auto no_text = findings_in(
      "apiVersion: v1\nkind: Pod\nmetadata: {name: a, annotations: {podsysctl.io/sysctls: 5}}\n"
      "spec: {containers: []}\n");
  ASSERT_EQ(rules_in(no_text), "PSC601");
  EXPECT_EQ(no_text[0].message, "annotation podsysctl.io/sysctls: is not a string");
}

TEST(AgentAnnotation, IsHeldAgainstPolicies) {
  struct Case {
    std::string line;
    std::string name_space;
    std::string message;  // "" for none
  };
  const std::vector<Case> cases{
      {"net.core.somaxconn = 65535", "web", ""},
      {"net.core.somaxconn = 65536", "web", "65535"},
      {"net.core.somaxconn = 1024", "shop", "not allowlisted: the pod does not start"},
      {"net.ipv4.tcp_syncookies = 1", "shop", ""},  // safe
  };
  for (const Case& row : cases) {
    const auto findings = findings_in(annotated({row.line}, row.name_space), with_policies());
    const Finding* const found = find_rule(findings, Rule::not_granted);
    ASSERT_EQ(found == nullptr, row.message.empty()) << row.line << ": " << rules_in(findings);
    if (found != nullptr) {
      EXPECT_THAT(found->message, HasSubstr(row.message));
      EXPECT_EQ(found->line, 8U);
    }
  }
}

TEST(AgentAnnotation, AProfileThatNobodyHasIsAFinding) {
  const std::string pod =
      "apiVersion: v1\nkind: Pod\nmetadata: {name: a, annotations: {podsysctl.io/profile: nope}}\n"
      "spec: {containers: []}\n";
  EXPECT_EQ(rules_in(pod), "");
  const auto findings = findings_in(pod, with_policies());
  ASSERT_EQ(rules_in(findings), "PSC602");
  EXPECT_THAT(findings[0].message, HasSubstr("nope"));
}

TEST(AgentAnnotation, PoliciesAndTheContextOfARepositoryMayBeGivenTogether) {
  const std::string folder = PSYS_GOLDEN;
  const auto both =
      prepare_context({.policies = {folder + "/policies.yaml", folder + "/repository.yaml"}});
  ASSERT_TRUE(both) << both.error().message;
  EXPECT_TRUE(both->context.policies.has_value());
  EXPECT_EQ(both->context.kubernetes.to_string(), "1.31");
  const auto twice =
      prepare_context({.policies = {folder + "/repository.yaml", folder + "/repository.yaml"}});
  ASSERT_FALSE(twice);
  EXPECT_EQ(twice.error().code, Code::invalid_argument);
  EXPECT_THAT(twice.error().message, HasSubstr("give one of them"));
}

}  // namespace
}  // namespace podsysctl::check
