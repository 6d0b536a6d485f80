// SPDX-License-Identifier: Apache-2.0
// Reading CNI configurations, results, errors and records.

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "linux/file.h"
#include "linux/temporary_folder.h"
#include "sandbox/cni_config.h"
#include "sandbox/cni_record.h"
#include "sandbox/cni_result.h"

namespace podsysctl::sandbox {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class CniFolder : public testing::Test {
 protected:
  void write(const std::string& name, const std::string& text) const {
    ASSERT_TRUE(linux::write_file(folder_ / name, text));
  }
  const linux::TemporaryFolder folder_ = linux::TemporaryFolder::make().value();
};

TEST(CniConfig, RefusesWhatCannotBeUsed) {
  struct Case {
    const char* text;
    Code code;
    const char* message;
  };
  const std::vector<Case> cases{
      {"{", Code::invalid_argument, "net: "},
      {"[]", Code::invalid_argument, "net"},
      {R"({"cniVersion":"1.0.0","plugins":[{"type":"bridge"}]})", Code::invalid_argument, "name"},
      {R"({"cniVersion":"1.0.0","name":"a/b","plugins":[{"type":"bridge"}]})",
       Code::invalid_argument, R"(net: name: "a/b" is not the name of a network)"},
      {R"({"cniVersion":"0.2.0","name":"n","plugins":[{"type":"bridge"}]})", Code::unsupported,
       R"(net: cniVersion "0.2.0" is not supported: set it to one of 0.3.0 to 1.1.0)"},
      {R"({"name":"n","plugins":[{"type":"bridge"}]})", Code::unsupported, "cniVersion \"\""},
      {R"({"cniVersion":"1.0.0","name":"n"})", Code::invalid_argument, "plugins"},
      {R"({"cniVersion":"1.0.0","name":"n","plugins":[]})", Code::invalid_argument,
       "1 to 64 plugins are expected, found 0"},
      {R"({"cniVersion":"1.0.0","name":"n","plugins":[{}]})", Code::invalid_argument, "plugins[0]"},
      {R"({"cniVersion":"1.0.0","name":"n","plugins":[{"type":"../../bin/sh"}]})",
       Code::invalid_argument,
       R"(net: plugins[0]: type: "../../bin/sh" is not the name of a plugin)"},
      {R"({"cniVersion":"1.0.0","name":"n","plugins":[{"type":"a..b"}]})", Code::invalid_argument,
       "is not the name of a plugin"},
      {R"({"cniVersion":"1.0.0","name":"n","plugins":[{"type":"x","ipam":{"type":"/bin/sh"}}]})",
       Code::invalid_argument, R"(ipam: type: "/bin/sh" is not the name of a plugin)"}};
  for (const Case& each : cases) {
    const Result<CniNetwork> network = parse_cni_network(each.text, "net", CniFileKind::list);
    ASSERT_FALSE(network) << each.text;
    EXPECT_EQ(network.error().code, each.code) << each.text;
    EXPECT_THAT(network.error().message, HasSubstr(each.message)) << each.text;
  }
}

TEST(CniConfig, TakesTheHighestVersionThatBothKnow) {
  struct Case {
    const char* versions;
    const char* chosen;
  };
  const std::vector<Case> cases{
      {R"("cniVersion":"0.3.0")", "0.3.0"},
      {R"("cniVersion":"0.3.1","cniVersions":["0.4.0","1.0.0","9.9.9"])", "1.0.0"},
      {R"("cniVersion":"1.1.0","cniVersions":["0.4.0"])", "1.1.0"}};
  for (const Case& each : cases) {
    const auto text =
        fmt::format(R"({{{},"name":"n","plugins":[{{"type":"bridge"}}]}})", each.versions);
    const Result<CniNetwork> network = parse_cni_network(text, "net", CniFileKind::list);
    ASSERT_TRUE(network) << network.error().message;
    EXPECT_EQ(network->version, each.chosen);
  }
}

TEST_F(CniFolder, TakesTheFirstFileByName) {
  write("90-last.conflist", R"({"cniVersion":"1.0.0","name":"last","plugins":[{"type":"a"}]})");
  write("10-first.conf", R"({"cniVersion":"1.0.0","name":"first","type":"b",
                            "capabilities":{"portMappings":true,"bandwidth":false}})");
  write("00-other.txt", "not ours");
  const auto network = find_cni_network(folder_.path());
  ASSERT_TRUE(network) << network.error().message;
  ASSERT_TRUE(*network);
  EXPECT_EQ((*network)->name, "first");
  EXPECT_EQ((*network)->source, folder_ / "10-first.conf");
  EXPECT_TRUE((*network)->has_capability("portMappings"));
  EXPECT_FALSE((*network)->has_capability("bandwidth"));
}

TEST_F(CniFolder, NoFolderAndNoFileAreNoNetwork) {
  EXPECT_FALSE(*find_cni_network(folder_.path()));
  EXPECT_FALSE(*find_cni_network(folder_ / "missing"));
}

TEST_F(CniFolder, AnUnusableFirstFileIsAnError) {
  write("10-broken.conflist", "{");
  write("20-good.conflist", R"({"cniVersion":"1.0.0","name":"n","plugins":[{"type":"a"}]})");
  const auto network = find_cni_network(folder_.path());
  ASSERT_FALSE(network);
  EXPECT_THAT(network.error().message, HasSubstr("10-broken.conflist"));
}

TEST(CniResult, ReadsEveryVersion) {
  struct Case {
    const char* text;
    std::vector<std::string> addresses;
    const char* gateway;
    const char* interface;
  };
  const std::vector<Case> cases{
      {R"({"cniVersion":"0.3.1","interfaces":[{"name":"br0"},{"name":"eth0","sandbox":"/n"}],
           "ips":[{"version":"4","interface":1,"address":"10.0.0.2/16","gateway":"10.0.0.1"},
                  {"version":"6","interface":1,"address":"fd00::2/64","gateway":"fd00::1"},
                  {"version":"4","interface":0,"address":"10.0.0.1/16"}]})",
       {"10.0.0.2/16", "fd00::2/64"},
       "10.0.0.1",
       "eth0"},
      {R"({"cniVersion":"1.1.0","ips":[{"address":"10.0.0.3/24"}],
           "interfaces":[{"name":"net1","sandbox":"/n","mtu":1400}]})",
       {"10.0.0.3/24"},
       "",
       "net1"},
      {R"({"cniVersion":"1.0.0"})", {}, "", ""}};
  for (const Case& each : cases) {
    const Result<CniResult> result = parse_cni_result(each.text, "bridge");
    ASSERT_TRUE(result) << result.error().message;
    EXPECT_EQ(result->addresses, each.addresses);
    EXPECT_EQ(result->gateway, each.gateway);
    EXPECT_EQ(result->interface, each.interface);
  }
}

TEST(CniResult, DnsCannotAddLinesOfItsOwn) {
  const Result<CniResult> result = parse_cni_result(
      R"({"dns":{"nameservers":["10.0.0.1","1.1.1.1\noptions x"],"domain":"a.example",
          "search":["b.example"],"options":["ndots:5"]}})",
      "bridge");
  ASSERT_TRUE(result) << result.error().message;
  EXPECT_THAT(result->dns.nameservers, ElementsAre("10.0.0.1"));
  EXPECT_THAT(result->dns.search, ElementsAre("a.example", "b.example"));
  EXPECT_THAT(result->dns.options, ElementsAre("ndots:5"));
}

TEST(CniResult, TextThatIsNoResultNamesThePlugin) {
  for (const char* const text : {"", "hello", "[]", R"({"ips":{}})", R"({"a":1}{"b":2})"}) {
    const Result<CniResult> result = parse_cni_result(text, "bridge");
    ASSERT_FALSE(result) << text;
    EXPECT_THAT(result.error().message, HasSubstr("result of the CNI plugin bridge")) << text;
  }
}

TEST(CniResult, DescribesFailures) {
  EXPECT_EQ(describe_cni_failure(R"({"code":7,"msg":"bad","details":"subnet"})", "log", 1),
            "bad: subnet (code 7)");
  EXPECT_EQ(describe_cni_failure(R"({"code":999,"msg":"bad\nline"})", "", 1),
            "bad line (code 999)");
  EXPECT_EQ(describe_cni_failure("panic", "no memory\n", 2), "exit status 2: no memory");
  EXPECT_EQ(describe_cni_failure("", "", 137), "exit status 137");
}

TEST(CniRecord, RefusesWhatItDidNotWrite) {
  for (const char* const text : {"", "{}", R"({"format":2})", R"({"format":1,"source":"x"})"}) {
    const Result<CniRecord> record = parse_cni_record(text);
    ASSERT_FALSE(record) << text;
    EXPECT_THAT(record.error().message, HasSubstr("network record")) << text;
  }
}

}  // namespace
}  // namespace podsysctl::sandbox
