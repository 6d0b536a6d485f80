// SPDX-License-Identifier: Apache-2.0
#include "rules/conf_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace podsysctl::rules {
namespace {

TEST(ConfText, IsReadLineByLine) {
  const auto settings = parse_conf_text(
      "# comment = 1\n"
      "; another\n"
      "\n"
      "net.core.somaxconn = 4096\n"
      "\t net/ipv4/tcp_rmem=4096 131072\t6291456  \n"
      "net.ipv4.tcp_congestion_control = a=b # kept, + , ; too\n"
      "net.core.somaxconn=4096");
  ASSERT_TRUE(settings.has_value()) << settings.error().message;
  ASSERT_EQ(settings->size(), 3U);
  EXPECT_EQ((*settings)[0].key.name(), "net.core.somaxconn");
  EXPECT_EQ((*settings)[0].value, "4096");
  EXPECT_EQ(describe((*settings)[0].origin), "podsysctl.io/sysctls:4:1");
  EXPECT_EQ((*settings)[1].key.name(), "net.ipv4.tcp_rmem");
  EXPECT_EQ((*settings)[1].spelling, "net/ipv4/tcp_rmem");
  EXPECT_EQ((*settings)[1].value, "4096 131072\t6291456");
  EXPECT_EQ((*settings)[1].origin.column, 3U);
  EXPECT_EQ((*settings)[2].value, "a=b # kept, + , ; too");
}

struct Case {
  std::string text;
  const char* message;
};
class Refused : public ::testing::TestWithParam<Case> {};
TEST_P(Refused, NamesTheLine) {
  const auto settings = parse_conf_text(GetParam().text);
  ASSERT_FALSE(settings.has_value());
  EXPECT_EQ(settings.error().code, Code::invalid_argument);
  EXPECT_THAT(settings.error().message, ::testing::HasSubstr(GetParam().message));
}

std::string many_lines() {
  std::string text;
  for (std::size_t i = 0; i <= kMostSettings; ++i) {
    text += "net.x" + std::to_string(i) + " = 1\n";
  }
  return text;
}

INSTANTIATE_TEST_SUITE_P(
    Table, Refused,
    ::testing::Values(
        Case{"net.core.somaxconn", "line 1: \"net.core.somaxconn\" is not of the form key = value"},
        Case{"\n# x\nnet..x = 1", "line 3: "}, Case{"= 1", "line 1: "},
        Case{"net.core.somaxconn =", "line 1: invalid value \"\" of net.core.somaxconn"},
        Case{"-net.core.somaxconn = 1", "line 1: a leading '-'"},
        Case{std::string("net.a = 1\0 2", 12), "line 1: holds a control character"},
        Case{"net.a = 1\rnet.b = 2", "line 1: holds a control character"},
        Case{"net.a = 1\n\nnet/a = 2", "line 3: net.a has another value in line 1; keep one"},
        Case{"net.a = " + std::string(5000, '1'), "shorter than 4096"},
        Case{std::string(300000, '#'), "has 300000 bytes, and at most 262144 are taken"},
        Case{many_lines(), "line 257: at most 256 sysctls are taken"}));

}  // namespace
}  // namespace podsysctl::rules
