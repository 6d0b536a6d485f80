// SPDX-License-Identifier: Apache-2.0
#include "sysctl/constraint.h"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace podsysctl::sysctl {
namespace {

using ::testing::ElementsAre;
using ::testing::Pair;

TEST(MatchPattern, BindsEachCaptureToOneComponent) {
  const auto captures =
      match_pattern("net.ipv4.conf.{interface}.{name}", "net.ipv4.conf.eth0/100.rp_filter");
  ASSERT_TRUE(captures.has_value());
  EXPECT_THAT(*captures, ElementsAre(Pair("interface", "eth0/100"), Pair("name", "rp_filter")));
  EXPECT_EQ(match_pattern("a.{name}.c", "a.b.c.d"), std::nullopt);
  EXPECT_EQ(match_pattern("a.{name}.c", "a.b"), std::nullopt);
  EXPECT_EQ(match_pattern("a.{name}.c", "x.b.c"), std::nullopt);
  EXPECT_THAT(match_pattern("a.b", "a.b").value(), ElementsAre());
}

TEST(MatchPattern, TakesAllAndDefaultForNoInterface) {
  EXPECT_EQ(match_pattern("conf.{interface}.x", "conf.all.x"), std::nullopt);
  EXPECT_EQ(match_pattern("conf.{interface}.x", "conf.default.x"), std::nullopt);
  EXPECT_TRUE(match_pattern("conf.{interface}.x", "conf.lo.x").has_value());
  EXPECT_TRUE(match_pattern("conf.lo.{name}", "conf.lo.all").has_value());
}

TEST(FillPattern, PutsCapturesBack) {
  const Captures captures{{"interface", "lo"}, {"name", "mtu"}};
  EXPECT_EQ(fill_pattern("conf.{interface}.{name}", captures), "conf.lo.mtu");
  EXPECT_EQ(fill_pattern("conf.default.{name}", captures), "conf.default.mtu");
  EXPECT_EQ(fill_pattern("conf.{other}.x", captures), std::nullopt);
}

TEST(Constraints, SayWhyAndWhere) {
  ASSERT_FALSE(constraints().empty());
  for (const Constraint& constraint : constraints()) {
    EXPECT_FALSE(constraint.why.empty()) << constraint.first;
    EXPECT_FALSE(constraint.source.empty()) << constraint.first;
    EXPECT_NE(constraint.first, constraint.second);
  }
}

TEST(Constraints, NameOnlyKeysThatAKernelHas) {
  for (const Constraint& constraint : constraints()) {
    const Captures captures{{"interface", "lo"}, {"name", "forwarding"}};
    for (const std::string_view pattern : {constraint.first, constraint.second}) {
      const auto name = fill_pattern(pattern, captures);
      ASSERT_TRUE(name.has_value()) << pattern;
      EXPECT_TRUE(SysctlKey::parse(*name).has_value()) << *name;
    }
  }
}

}  // namespace
}  // namespace podsysctl::sysctl
