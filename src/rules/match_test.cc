// SPDX-License-Identifier: Apache-2.0
// Globs, bounds and the choice of pods.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "rules/bounds.h"
#include "rules/glob.h"
#include "rules/pod_match.h"
#include "rules/test_support.h"

namespace podsysctl::rules {
namespace {

using ::testing::HasSubstr;

struct GlobCase {
  const char* glob;
  const char* text;
  bool matches;
};
class Globs : public ::testing::TestWithParam<GlobCase> {};
TEST_P(Globs, Match) {
  EXPECT_EQ(glob_matches(GetParam().glob, GetParam().text), GetParam().matches);
}
INSTANTIATE_TEST_SUITE_P(
    Table, Globs,
    ::testing::Values(GlobCase{"web", "web", true}, GlobCase{"web", "web2", false},
                      GlobCase{"web*", "web", true}, GlobCase{"*-prod", "web-prod", true},
                      GlobCase{"*-prod", "web-prod-2", false}, GlobCase{"a*b*c", "axxbyyc", true},
                      GlobCase{"a*b*c", "axxbyy", false}, GlobCase{"team-?", "team-a", true},
                      GlobCase{"team-?", "team-ab", false}, GlobCase{"*", "", true},
                      GlobCase{"", "a", false}, GlobCase{"**a**", "bab", true}));

TEST(Globs, ImagesMatchAsWrittenOrWithTheirRegistry) {
  EXPECT_TRUE(image_matches("nginx:*", "nginx:1.27"));
  EXPECT_TRUE(image_matches("docker.io/library/nginx:*", "nginx:1.27"));
  EXPECT_TRUE(image_matches("docker.io/team/*", "team/app"));
  EXPECT_FALSE(image_matches("registry.example/*", "team/registry.example/app"));
  EXPECT_EQ(full_image_name("localhost:5000/app"), "localhost:5000/app");
}

struct BoundCase {
  const char* key;
  const char* value;
  Bounds bounds;
  const char* fault;  // "": none
};
class BoundsOf : public ::testing::TestWithParam<BoundCase> {};
TEST_P(BoundsOf, SayWhatAValueBreaks) {
  const auto broken = GetParam().bounds.broken_by(key_of(GetParam().key), GetParam().value);
  EXPECT_EQ(broken.value_or(""), GetParam().fault);
}
constexpr sysctl::Number n(std::uint64_t value) { return {false, value}; }
INSTANTIATE_TEST_SUITE_P(
    Table, BoundsOf,
    ::testing::Values(
        BoundCase{"net.core.somaxconn", "4096", {}, ""},
        BoundCase{"net.core.somaxconn", "4096", {{n(128)}, {n(65535)}, {}}, ""},
        BoundCase{"net.core.somaxconn", "0x1000", {{n(128)}, {n(65535)}, {}}, ""},
        BoundCase{"net.core.somaxconn",
                  "70000",
                  {{n(128)}, {n(65535)}, {}},
                  "70000 is above the maximum 65535"},
        BoundCase{"net.core.somaxconn", "5", {{n(128)}, {}, {}}, "5 is below the minimum 128"},
        BoundCase{"net.core.somaxconn",
                  "many",
                  {{n(128)}, {}, {}},
                  "\"many\" is not made of numbers, and the bounds are"},
        BoundCase{"net.ipv4.tcp_rmem", "4096 131072 6291456", {{}, {n(8388608)}, {}}, ""},
        BoundCase{"net.ipv4.tcp_rmem",
                  "4096\t131072\t9000000",
                  {{}, {n(8388608)}, {}},
                  "9000000 (number 3 of 3) is above the maximum 8388608"},
        BoundCase{"net.ipv4.tcp_rmem",
                  "4096 131072 900",
                  {{}, {n(1), n(2), n(3)}, {}},
                  "4096 (number 1 of 3) is above the maximum 1"},
        BoundCase{"net.ipv4.tcp_rmem",
                  "4096 131072",
                  {{}, {n(1), n(2), n(3)}, {}},
                  "\"4096 131072\" has 2 numbers, and the bounds are for 3"},
        BoundCase{
            "net.ipv4.ip_local_reserved_ports", "8080,9000-9100", {{n(1024)}, {n(9100)}, {}}, ""},
        BoundCase{"net.ipv4.ip_local_reserved_ports",
                  "80,9000-9100",
                  {{n(1024)}, {}, {}},
                  "80 (number 1 of 4) is below the minimum 1024"},
        BoundCase{"net.ipv4.tcp_congestion_control", "bbr", {{}, {}, {"bbr", "cubic"}}, ""},
        BoundCase{"net.ipv4.tcp_congestion_control",
                  "reno",
                  {{}, {}, {"bbr", "cubic"}},
                  "\"reno\" is none of bbr, cubic"}));

PodFacts pod_in(const char* name_space) {
  PodFacts pod;
  pod.namespace_ = name_space;
  pod.labels = Labels{{"app", "web"}};
  pod.service_account = "default";
  pod.images = std::vector<std::string>{"nginx:1.27", "registry.example/side:2"};
  return pod;
}

struct MatchCase {
  const char* match;  // below spec.match
  Answer answer;
  const char* why;
};
class Selection : public ::testing::TestWithParam<MatchCase> {};
TEST_P(Selection, AnswersAndSaysWhy) {
  const PolicySet set =
      set_of(policy_text("p", "  match:\n    " + std::string(GetParam().match) + "\n"));
  ASSERT_EQ(set.policies.size(), 1U);
  const PodFacts pod = pod_in("team-a");
  const MatchResult result = match(set.policies[0].match, pod);
  EXPECT_EQ(result.answer, GetParam().answer);
  EXPECT_EQ(explain(result, set.policies[0].match, pod), GetParam().why);
}
INSTANTIATE_TEST_SUITE_P(
    Table, Selection,
    ::testing::Values(
        MatchCase{"{}", Answer::yes, ""}, MatchCase{"namespaces: [web, 'team-*']", Answer::yes, ""},
        MatchCase{"namespaces: [web]", Answer::no, "spec.match.namespaces: team-a is none of web"},
        MatchCase{"podSelector: {matchLabels: {app: web}}", Answer::yes, ""},
        MatchCase{"podSelector: {matchLabels: {app: db}}", Answer::no,
                  "spec.match.podSelector: app in (db) does not hold"},
        MatchCase{"podSelector: {matchExpressions: [{key: app, operator: NotIn, values: [db]}]}",
                  Answer::yes, ""},
        MatchCase{"podSelector: {matchExpressions: [{key: tier, operator: NotIn, values: [a]}]}",
                  Answer::yes, ""},
        MatchCase{"podSelector: {matchExpressions: [{key: tier, operator: Exists}]}", Answer::no,
                  "spec.match.podSelector: tier exists does not hold"},
        MatchCase{"podSelector: {matchExpressions: [{key: tier, operator: DoesNotExist}]}",
                  Answer::yes, ""},
        MatchCase{"namespaceSelector: {matchLabels: {env: prod}}", Answer::unknown,
                  "spec.match.namespaceSelector: not known of the pod here"},
        MatchCase{"{namespaces: [x], namespaceSelector: {matchLabels: {env: prod}}}", Answer::no,
                  "spec.match.namespaces: team-a is none of x"},
        MatchCase{"serviceAccounts: ['def*']", Answer::yes, ""},
        MatchCase{"serviceAccounts: [web]", Answer::no,
                  "spec.match.serviceAccounts: default is none of web"},
        MatchCase{"images: ['nginx:*', 'registry.example/*']", Answer::yes, ""},
        MatchCase{"images: ['nginx:*']", Answer::no,
                  "spec.match.images: the image registry.example/side:2 is none of nginx:* (every "
                  "image of the pod must be)"}));

TEST(Selection, WhatIsNotKnownIsNotTheSameAsEmpty) {
  PodMatch wanted;
  wanted.images = {"*"};
  PodFacts pod;
  EXPECT_EQ(match(wanted, pod).answer, Answer::unknown);
  pod.images.emplace();
  EXPECT_EQ(match(wanted, pod).answer, Answer::no);
}

}  // namespace
}  // namespace podsysctl::rules
