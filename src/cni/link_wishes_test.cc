// SPDX-License-Identifier: Apache-2.0
#include "cni/link_wishes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace podsysctl::cni {
namespace {

using ::testing::HasSubstr;

Result<std::string> wishes_of(const char* config, const char* mac) {
  const json::Value tree = json::Value::parse(config);
  PSYS_TRY_ASSIGN(const auto wishes, read_link_wishes(json::Cursor(tree, "network"), mac));
  std::string text;
  for (const LinkWish& wish : wishes) {
    text += fmt::format("{}={} ", to_string(wish.attribute), wish.value);
  }
  return text;
}

struct Row {
  const char* config;
  const char* mac;  // of CNI_ARGS
  const char* wishes;
};
class LinkWishes : public ::testing::TestWithParam<Row> {};
TEST_P(LinkWishes, AreThoseOfTheTuningPlugin) {
  const auto got = wishes_of(GetParam().config, GetParam().mac);
  ASSERT_TRUE(got.has_value()) << got.error().message;
  EXPECT_EQ(*got, GetParam().wishes);
}
INSTANTIATE_TEST_SUITE_P(
    Table, LinkWishes,
    ::testing::Values(
        Row{"{}", "", ""},
        Row{R"({"mac":"02-00-00-00-00-0A","mtu":1400,"promisc":true,"allmulti":false,"txQLen":0})",
            "", "mac=02:00:00:00:00:0a mtu=1400 promisc=true allmulti=false txQLen=0 "},
        Row{R"({"mac":"","mtu":0,"promisc":false,"allmulti":null,"txQLen":null})", "", ""},
        Row{R"({"mac":"02:00:00:00:00:01"})", "02:00:00:00:00:02", "mac=02:00:00:00:00:02 "},
        Row{R"({"runtimeConfig":{"mac":"02:00:00:00:00:03"}})", "02:00:00:00:00:02",
            "mac=02:00:00:00:00:03 "},
        Row{R"({"runtimeConfig":{"mac":""}})", "02:00:00:00:00:02", "mac=02:00:00:00:00:02 "},
        Row{R"({"runtimeConfig":{"mac":"02:00:00:00:00:03"},
                "args":{"cni":{"mac":"02:00:00:00:00:04"}}})",
            "", "mac=02:00:00:00:00:04 "},
        Row{R"({"mtu":1400,"promisc":true,"txQLen":5,"args":{"cni":{"mtu":1300,"promisc":false,
                "allmulti":true,"txQLen":6}}})",
            "", "mtu=1300 allmulti=true txQLen=6 "},
        Row{R"({"mtu":1400,"mac":"02:00:00:00:00:01","args":{"cni":{"mtu":0,"mac":""}}})", "",
            ""}));

struct BadRow {
  const char* config;
  const char* message;
};
class BadLinkWishes : public ::testing::TestWithParam<BadRow> {};
TEST_P(BadLinkWishes, NameTheFieldAndTheRule) {
  const auto got = wishes_of(GetParam().config, "");
  ASSERT_FALSE(got.has_value()) << *got;
  EXPECT_EQ(got.error().code, Code::invalid_argument);
  EXPECT_THAT(got.error().message, HasSubstr(GetParam().message));
}
INSTANTIATE_TEST_SUITE_P(
    Table, BadLinkWishes,
    ::testing::Values(BadRow{R"({"mac":"02:00"})", "network: mac: \"02:00\" is no MAC address"},
                      BadRow{R"({"mac":7})", "network: mac: expected a string"},
                      BadRow{R"({"mtu":-5})", "network: mtu: \"-5\" is no number from 1"},
                      BadRow{R"({"mtu":1400.5})", "network: mtu: "},
                      BadRow{R"({"txQLen":-1})", "network: txQLen: \"-1\" is no number from 0"},
                      BadRow{R"({"allmulti":1})", "network: allmulti: expected true or false"},
                      BadRow{R"({"runtimeConfig":{"mac":"x"}})", "network: runtimeConfig.mac: "},
                      BadRow{R"({"args":{"cni":{"mtu":"1400"}}})", "network: args.cni.mtu: "}));

TEST(LinkAttributes, AreFoundByTheirNames) {
  EXPECT_EQ(link_attribute("txQLen"), linux::LinkAttribute::queue_length);
  EXPECT_EQ(link_attribute("txqlen"), std::nullopt);
}

}  // namespace
}  // namespace podsysctl::cni
