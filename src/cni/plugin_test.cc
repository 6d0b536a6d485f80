// SPDX-License-Identifier: Apache-2.0
#include "cni/plugin.h"

#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "cni/testing.h"
#include "linux/file.h"

namespace podsysctl::cni {
namespace {

using ::testing::HasSubstr;

TEST_F(Plugin, SetsChecksAndTakesBack) {
  allow("{name: net.core.somaxconn, max: 5000}, {name: net.ipv4.tcp_rmem}");
  const std::string before = value("net/core/somaxconn");
  const std::string wish = "net.core.somaxconn = 4321\nnet.ipv4.tcp_rmem = 4096 131072 6000000";
  const Answer added = call("ADD", wish);
  ASSERT_EQ(added.exit_code, 0) << added.out << added.err;
  EXPECT_EQ(json::Value::parse(added.out)["cniVersion"], "1.1.0");
  EXPECT_EQ(value("net/core/somaxconn"), "4321");
  const Answer checked = call("CHECK", wish);  // the kernel prints tabs where blanks were written
  EXPECT_EQ(checked.exit_code, 0) << checked.out;
  EXPECT_EQ(checked.out, "");
  EXPECT_EQ(call("DEL", wish).exit_code, 0);
  EXPECT_EQ(value("net/core/somaxconn"), before);
  EXPECT_EQ(call("DEL", wish).exit_code, 0);
  EXPECT_TRUE(std::filesystem::is_empty(folder_ / "data"));
}

TEST_F(Plugin, RefusesWhatNoPolicyAllows) {
  const Answer answer = call("ADD", "net.core.somaxconn = 4321");
  EXPECT_EQ(answer.exit_code, 1);
  EXPECT_EQ(code_of(answer), 100);
  EXPECT_THAT(answer.out, HasSubstr("SysctlForbidden: forbidden sysctl: \\\"net.core.somaxconn\\\" "
                                    "not allowlisted"));
  EXPECT_NE(value("net/core/somaxconn"), "4321");
}

TEST_F(Plugin, HoldsTheNetworksConfigurationAgainstThePoliciesToo) {
  const std::string tuning = R"({"sysctl":{"net.ipv4.conf.IFNAME.forwarding":"1"}})";
  EXPECT_EQ(code_of(call("ADD", "", tuning)), 100);
  allow("{name: net.ipv4.conf.*.forwarding}");
  const Answer answer = call("ADD", "", tuning);
  ASSERT_EQ(answer.exit_code, 0) << answer.out;
  EXPECT_EQ(value("net/ipv4/conf/lo/forwarding"), "1");
}

TEST_F(Plugin, TakesNoWayOutOfNet) {
  allow("{name: '*'}");
  for (const char* key : {"vm.swappiness", "kernel.msgmax", "net/../vm/swappiness"}) {
    const Answer answer = call("ADD", "", std::string(R"({"sysctl":{")") + key + R"(":"1"}})");
    EXPECT_EQ(code_of(answer), 7) << answer.out;
  }
}

TEST_F(Plugin, RefusesTheHostsNamespaceBeforeAnyWrite) {
  netns_ = "/proc/self/ns/net";
  const Answer answer = call("ADD", "net.ipv4.tcp_syncookies = 1");
  EXPECT_EQ(code_of(answer), 8) << answer.out;
  EXPECT_EQ(call("DEL", "").exit_code, 0);
}

TEST_F(Plugin, WithBrokenPoliciesHoldsUpOnlyThoseWhoAsk) {
  allow("{nme: x}");
  EXPECT_EQ(code_of(call("ADD", "net.ipv4.tcp_fin_timeout = 30")), 50);
  EXPECT_EQ(call("ADD", "").exit_code, 0);
  EXPECT_EQ(code_of(call("STATUS", "")), 50);
}

TEST_F(Plugin, NeedsAResultToPassOn) {
  EXPECT_EQ(code_of(call("ADD", "", R"({"prevResult":null})")), 7);
  EXPECT_EQ(code_of(call("CHECK", "", R"({"prevResult":null})")), 7);
}

TEST_F(Plugin, RefusesWhatIsNoNetworkNamespace) {
  netns_ = "/proc/self/ns/uts";
  EXPECT_EQ(code_of(call("ADD", "")), 8);
  netns_ = "/dev/null";
  EXPECT_EQ(code_of(call("ADD", "")), 8);
  netns_ = folder_ / "none";
  EXPECT_EQ(code_of(call("ADD", "")), 5);
}

TEST_F(Plugin, TellsItsVersions) {
  const json::Value answer = json::Value::parse(call("VERSION", "").out);
  EXPECT_EQ(answer["cniVersion"], "1.1.0");
  EXPECT_EQ(answer["supportedVersions"].size(), 5U);
}

}  // namespace
}  // namespace podsysctl::cni
