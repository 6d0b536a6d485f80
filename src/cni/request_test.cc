// SPDX-License-Identifier: Apache-2.0
#include "cni/request.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace podsysctl::cni {
namespace {

using ::testing::HasSubstr;
using Variables = std::map<std::string, std::string>;

Lookup from(Variables variables) {
  return [variables](const std::string& name) -> std::optional<std::string> {
    const auto found = variables.find(name);
    return found == variables.end() ? std::nullopt : std::optional(found->second);
  };
}

TEST(Environment, IsReadWithThePodsNamesInAnyOrder) {
  const auto read = read_environment(
      from({{"CNI_COMMAND", "ADD"},
            {"CNI_CONTAINERID", "abc_1.2-3"},
            {"CNI_NETNS", "/run/netns/x"},
            {"CNI_IFNAME", "eth0"},
            {"CNI_ARGS", "K8S_POD_NAME=web;IgnoreUnknown=1;K8S_POD_NAMESPACE=team-a;"}}));
  ASSERT_TRUE(read.has_value()) << read.error().message;
  EXPECT_EQ((*read)->pod_namespace, "team-a");
  EXPECT_EQ((*read)->pod_name, "web");
}

TEST(Environment, WithoutACommandIsSomebodyCurious) {
  const auto read = read_environment(from({}));
  ASSERT_TRUE(read.has_value());
  EXPECT_FALSE(read->has_value());
}

Variables attach_with(const char* arguments) {
  return {{"CNI_COMMAND", "ADD"},
          {"CNI_CONTAINERID", "x"},
          {"CNI_IFNAME", "eth0"},
          {"CNI_NETNS", "/n"},
          {"CNI_ARGS", arguments}};
}

struct Bad {
  Variables variables;
  const char* details;
};
class BadEnvironment : public ::testing::TestWithParam<Bad> {};
TEST_P(BadEnvironment, IsCodeFourAndNamesTheVariable) {
  const auto read = read_environment(from(GetParam().variables));
  ASSERT_FALSE(read.has_value());
  EXPECT_EQ(read.error().code, FaultCode::environment);
  EXPECT_EQ(read.error().details, GetParam().details);
}
INSTANTIATE_TEST_SUITE_P(
    Table, BadEnvironment,
    ::testing::Values(
        Bad{{{"CNI_COMMAND", "NOP"}}, "CNI_COMMAND"},
        Bad{{{"CNI_COMMAND", "ADD"}}, "CNI_CONTAINERID, CNI_IFNAME, CNI_NETNS"},
        Bad{{{"CNI_COMMAND", "DEL"}, {"CNI_CONTAINERID", "../x"}, {"CNI_IFNAME", "eth0"}},
            "CNI_CONTAINERID"},
        Bad{{{"CNI_COMMAND", "DEL"}, {"CNI_CONTAINERID", "x"}, {"CNI_IFNAME", "a/b"}},
            "CNI_IFNAME"},
        Bad{{{"CNI_COMMAND", "DEL"}, {"CNI_CONTAINERID", "x"}, {"CNI_IFNAME", ".."}}, "CNI_IFNAME"},
        Bad{{{"CNI_COMMAND", "DEL"},
             {"CNI_CONTAINERID", std::string(201, 'x')},
             {"CNI_IFNAME", "eth0"}},
            "CNI_CONTAINERID"},
        Bad{attach_with("MAC=1:2:3"), "CNI_ARGS"}, Bad{attach_with("a=b=c"), "CNI_ARGS"},
        Bad{attach_with("a"), "CNI_ARGS"}));

TEST(Environment, OfDelIsNotHeldUpByArguments) {
  Variables variables = attach_with("MAC=1:2:3");
  variables["CNI_COMMAND"] = "DEL";
  EXPECT_TRUE(read_environment(from(variables)).has_value());
}

Environment asked(Command command) {
  Environment environment;
  environment.command = command;
  return environment;
}

struct BadText {
  const char* text;
  Command command;
  FaultCode code;
  const char* message;
};
class BadConfig : public ::testing::TestWithParam<BadText> {};
TEST_P(BadConfig, HasTheCodeOfTheSpecification) {
  const auto read = read_config(GetParam().text, asked(GetParam().command));
  ASSERT_FALSE(read.has_value());
  EXPECT_EQ(read.error().code, GetParam().code);
  EXPECT_THAT(read.error().message + " " + read.error().details, HasSubstr(GetParam().message));
}
INSTANTIATE_TEST_SUITE_P(
    Table, BadConfig,
    ::testing::Values(
        BadText{"", Command::add, FaultCode::decode, "network configuration"},
        BadText{"[]", Command::add, FaultCode::decode, "must be an object"},
        BadText{R"({"name":"n"})", Command::add, FaultCode::version,
                "config is \"0.1.0\", plugin supports [0.3.0 0.3.1 0.4.0 1.0.0 1.1.0]"},
        BadText{R"({"cniVersion":"9.0.0","name":"n"})", Command::add, FaultCode::version,
                "incompatible CNI versions"},
        BadText{R"({"cniVersion":"0.3.1","name":"n"})", Command::check, FaultCode::version,
                "does not allow"},
        BadText{R"({"cniVersion":"1.0.0","name":"n"})", Command::gc, FaultCode::version,
                "does not allow"},
        BadText{R"({"cniVersion":"1.0.0"})", Command::add, FaultCode::config, "name: missing"},
        BadText{R"({"cniVersion":"1.0.0","name":"n","sysctl":{"net.a":1}})", Command::add,
                FaultCode::config, "expected a string"},
        BadText{R"({"cniVersion":"1.0.0","name":"n","mtu":-1})", Command::add, FaultCode::config,
                "network configuration: mtu: \"-1\" is no number from 1 to 2147483647"},
        BadText{R"({"cniVersion":"1.0.0","name":"n","promisc":"on"})", Command::add,
                FaultCode::config, "promisc: expected true or false"},
        BadText{R"({"cniVersion":"1.0.0","name":"n","prevResult":[]})", Command::add,
                FaultCode::config, "prevResult: must be an object"}));

TEST(Config, ArgumentsWinOverTheConfiguration) {
  const auto read = read_config(
      R"({"cniVersion":"1.0.0","name":"n","sysctl":{"net.a":"1","net.b":"1"},"mtu":0,
          "args":{"cni":{"sysctl":{"net.b":"2"}}},
          "runtimeConfig":{"io.kubernetes.cri.pod-annotations":{"k":"v"}}})",
      asked(Command::add));
  ASSERT_TRUE(read.has_value()) << read.error().message;
  using Pairs = std::vector<std::pair<std::string, std::string>>;
  EXPECT_EQ(read->sysctls, (Pairs{{"net.a", "1"}, {"net.b", "2"}}));
  EXPECT_EQ(read->annotations.at("k"), "v");
}

TEST(Config, OfDelIsNotHeldUpByWhatAddRefuses) {
  const auto read = read_config(
      R"({"cniVersion":"1.0.0","sysctl":{"net.a":1},"mtu":-1,"prevResult":[],"dataDir":"/d",
          "runtimeConfig":{"mac":"x"}})",
      asked(Command::del));
  ASSERT_TRUE(read.has_value()) << read.error().message;
  EXPECT_EQ(read->data_folder, "/d");
}

TEST(Config, HoldsAsManySysctlsAsAPodMay) {
  std::string many;
  for (int i = 0; i < 257; ++i) {
    many += (many.empty() ? "" : ",") + fmt::format("\"net.a{}\":\"1\"", i);
  }
  const auto read = read_config(R"({"cniVersion":"1.0.0","name":"n","sysctl":{)" + many + "}}",
                                asked(Command::add));
  ASSERT_FALSE(read.has_value());
  EXPECT_EQ(read.error().message, "network configuration: sysctl: at most 256 are taken");
}

TEST(Config, ArgumentsAloneAreFine) {
  EXPECT_TRUE(
      read_config(R"({"cniVersion":"1.0.0","name":"n","args":{"cni":{"sysctl":{"net.b":"2"}}}})",
                  asked(Command::add))
          .has_value());
}

TEST(PreviousResult, IsSpokenInTheConfigurationsVersion) {
  const json::Value previous = json::Value::parse(
      R"({"cniVersion":"1.1.0","interfaces":[{"name":"eth0","mtu":1500}],
          "ips":[{"address":"10.0.0.2/24"},{"address":"fd00::2/64"}],
          "routes":[{"dst":"0.0.0.0/0","mtu":1400}],"dns":{}})");
  const json::Value old = converted(previous, "0.4.0");
  EXPECT_EQ(old["cniVersion"], "0.4.0");
  EXPECT_EQ(old["ips"][0]["version"], "4");
  EXPECT_EQ(old["ips"][1]["version"], "6");
  EXPECT_FALSE(old["interfaces"][0].contains("mtu"));
  EXPECT_FALSE(old["routes"][0].contains("mtu"));
  const json::Value back = converted(old, "1.1.0");
  EXPECT_FALSE(back["ips"][0].contains("version"));
  EXPECT_EQ(converted(previous, "1.1.0"), previous);
}

TEST(PreviousResult, GetsWhatWasSetOfThePodsInterfaceAlone) {
  const json::Value previous = json::Value::parse(
      R"({"cniVersion":"1.1.0","interfaces":[{"name":"eth0","mac":"aa:00:00:00:00:01"},
          {"name":"eth0","mac":"aa:00:00:00:00:02","sandbox":"/run/netns/x"},
          {"name":"eth1","mac":"aa:00:00:00:00:03","sandbox":"/run/netns/x"}, {"name":7}]})");
  const std::vector<LinkWish> link{{linux::LinkAttribute::mac, "02:00:5e:10:00:0a"},
                                   {linux::LinkAttribute::mtu, "1400"},
                                   {linux::LinkAttribute::queue_length, "5"}};
  const json::Value result = with_link(previous, "eth0", link);
  EXPECT_EQ(result["interfaces"][0], previous["interfaces"][0]);
  EXPECT_EQ(result["interfaces"][1]["mac"], "02:00:5e:10:00:0a");
  EXPECT_EQ(result["interfaces"][1]["mtu"], 1400);
  EXPECT_EQ(result["interfaces"][2], previous["interfaces"][2]);
  EXPECT_FALSE(converted(result, "1.0.0")["interfaces"][1].contains("mtu"));
}

}  // namespace
}  // namespace podsysctl::cni
