// SPDX-License-Identifier: Apache-2.0
// What an attachment's record is good for: DEL, CHECK and GC, after whatever came between.
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "cni/plugin.h"
#include "cni/testing.h"
#include "linux/file.h"

namespace podsysctl::cni {
namespace {

using ::testing::HasSubstr;

using Record = Plugin;

TEST_F(Record, SaysWhatDiffers) {
  const std::string wish = "net.ipv4.tcp_fin_timeout = 30";
  ASSERT_EQ(call("ADD", wish).exit_code, 0);
  ASSERT_EQ(call("CHECK", wish).exit_code, 0);
  const auto saved = linux::read_file(folder_ / "data/c1@lo.json").value();
  std::string other = saved;
  other.replace(other.find("\"30\""), 4, "\"31\"");
  ASSERT_TRUE(linux::write_file(folder_ / "data/c1@lo.json", other).has_value());
  const Answer answer = call("CHECK", wish);
  EXPECT_EQ(code_of(answer), 102);
  EXPECT_THAT(answer.out, HasSubstr("net.ipv4.tcp_fin_timeout is \\\"30\\\", not \\\"31\\\""));
}

TEST_F(Record, DeletesWithoutANamespaceAndCollectsTheRest) {
  const std::string wish = "net.ipv4.tcp_fin_timeout = 30";
  ASSERT_EQ(call("ADD", wish).exit_code, 0);
  const Answer kept =
      call("GC", "", R"({"cni.dev/valid-attachments":[{"containerID":"c1","ifname":"lo"}]})");
  EXPECT_EQ(kept.exit_code, 0) << kept.out;
  EXPECT_TRUE(std::filesystem::exists(folder_ / "data/c1@lo.json"));
  EXPECT_EQ(call("GC", "", R"({"cni.dev/valid-attachments":[]})").exit_code, 0);
  EXPECT_FALSE(std::filesystem::exists(folder_ / "data/c1@lo.json"));
  ASSERT_EQ(call("ADD", wish).exit_code, 0);
  netns_ = "";
  EXPECT_EQ(call("DEL", wish).exit_code, 0);
  EXPECT_FALSE(std::filesystem::exists(folder_ / "data/c1@lo.json"));
}

TEST_F(Record, SetsTheInterfaceAndTakesItBack) {
  const std::string wish = R"({"mtu":1400,"promisc":true,"allmulti":true,
                               "txQLen":7,"prevResult":{"cniVersion":"1.1.0","interfaces":
                               [{"name":"lo","sandbox":"/x"}]}})";
  const Answer added = call("ADD", "", wish);
  ASSERT_EQ(added.exit_code, 0) << added.out;
  const json::Value interface = json::Value::parse(added.out)["interfaces"][0];
  EXPECT_EQ(interface["mtu"], 1400);
  EXPECT_EQ(of_link("mtu"), "1400");
  EXPECT_EQ(of_link("tx_queue_len"), "7");
  EXPECT_EQ(std::stoi(of_link("flags"), nullptr, 16) & 0x300, 0x300);  // IFF_PROMISC, IFF_ALLMULTI
  EXPECT_EQ(call("CHECK", "", wish).exit_code, 0);
  ASSERT_EQ(call("DEL", "", wish).exit_code, 0);
  EXPECT_EQ(of_link("mtu"), "65536");
  EXPECT_EQ(of_link("tx_queue_len"), "1000");
  EXPECT_EQ(std::stoi(of_link("flags"), nullptr, 16) & 0x300, 0);
}

TEST_F(Record, TakesTheInterfaceBackWhereASysctlFails) {
  allow("{name: net.ipv4.tcp_congestion_control}");
  const Answer answer =
      call("ADD", "net.ipv4.tcp_congestion_control = nosuch", R"({"mtu":1400,"promisc":true})");
  EXPECT_EQ(code_of(answer), 101) << answer.out;
  EXPECT_THAT(answer.out, HasSubstr("nosuch"));
  EXPECT_EQ(std::stoi(of_link("flags"), nullptr, 16) & 0x100, 0);
  EXPECT_EQ(of_link("mtu"), "65536");
  const Answer no_ethernet = call("ADD", "", R"({"mtu":1400,"mac":"02:00:5e:00:00:01"})");
  EXPECT_EQ(code_of(no_ethernet), 101) << no_ethernet.out;
  EXPECT_THAT(no_ethernet.out, HasSubstr("has no Ethernet address"));
  EXPECT_EQ(of_link("mtu"), "65536");
  EXPECT_TRUE(std::filesystem::is_empty(folder_ / "data"));
}

TEST_F(Record, PutsBackAnEmptyListAndLeavesWhatHadNoValue) {
  allow("{name: net.ipv4.ip_local_reserved_ports}, {name: net.ipv6.conf.*.stable_secret}");
  const std::string secret = "2001:0db8:0000:0000:0000:0000:0000:0001";
  const Answer added = call("ADD",
                            "net.ipv4.ip_local_reserved_ports = 8080,9090-9092\n"
                            "net.ipv6.conf.default.stable_secret = " +
                                secret);
  ASSERT_EQ(added.exit_code, 0) << added.out;
  EXPECT_EQ(value("net/ipv4/ip_local_reserved_ports"), "8080,9090-9092");
  const Answer deleted = call("DEL", "");
  EXPECT_EQ(deleted.exit_code, 0);
  EXPECT_EQ(deleted.err, "");
  EXPECT_EQ(value("net/ipv4/ip_local_reserved_ports"), "");
  EXPECT_EQ(value("net/ipv6/conf/default/stable_secret"), secret);
}

// Two of it in one chain, or an ADD once more after one that was killed.
TEST_F(Record, KeepsTheValuesFromBeforeTheFirstOfTwo) {
  allow("{name: net.core.somaxconn}, {name: net.ipv4.tcp_fin_timeout}");
  const std::string before = value("net/core/somaxconn");
  ASSERT_EQ(call("ADD", "net.core.somaxconn = 111\nnet.ipv4.tcp_fin_timeout = 31").exit_code, 0);
  ASSERT_EQ(call("ADD", "net.core.somaxconn = 222").exit_code, 0);
  EXPECT_EQ(call("CHECK", "net.core.somaxconn = 222").exit_code, 0);
  ASSERT_EQ(call("DEL", "").exit_code, 0);
  EXPECT_EQ(value("net/core/somaxconn"), before);
  EXPECT_EQ(value("net/ipv4/tcp_fin_timeout"), "60");
}

TEST_F(Record, CannotCheckWithoutARecordWhatWasAskedFor) {
  const std::string wish = "net.ipv4.tcp_fin_timeout = 30";
  ASSERT_EQ(call("ADD", wish).exit_code, 0);
  std::filesystem::remove(folder_ / "data/c1@lo.json");
  const Answer answer = call("CHECK", wish);
  EXPECT_EQ(code_of(answer), 102) << answer.out;
  EXPECT_THAT(answer.out, HasSubstr("c1@lo.json is missing"));
  EXPECT_EQ(call("CHECK", "").exit_code, 0);
}

TEST_F(Record, TakesNothingBackInAnotherNamespace) {
  const std::string wish = "net.ipv4.tcp_fin_timeout = 30";
  ASSERT_EQ(call("ADD", wish).exit_code, 0);
  const std::string path = folder_ / "data/c1@lo.json";
  json::Value record = json::Value::parse(linux::read_file(path).value());
  if (record["cookie"] == 0) {
    GTEST_SKIP() << "this kernel has no cookies of network namespaces";
  }
  record["cookie"] = record["cookie"].get<std::uint64_t>() + 1;
  ASSERT_TRUE(linux::write_file(path, json::dump(record)));
  EXPECT_EQ(code_of(call("CHECK", wish)), 102);
  EXPECT_EQ(call("DEL", wish).exit_code, 0);
  EXPECT_EQ(value("net/ipv4/tcp_fin_timeout"), "30");
  EXPECT_FALSE(std::filesystem::exists(path));
}

TEST_F(Record, CollectsWhatAKilledWriterLeft) {
  ASSERT_TRUE(linux::make_directories(folder_ / "data"));
  const pid_t dead = ::fork();
  if (dead == 0) {
    ::_exit(0);
  }
  ::waitpid(dead, nullptr, 0);
  const std::string left = fmt::format("{}/data/c1@lo.json.{}.0.new", folder_.path(), dead);
  const std::string in_use = fmt::format("{}/data/c2@lo.json.{}.0.new", folder_.path(), ::getpid());
  ASSERT_TRUE(linux::write_file(left, "{"));
  ASSERT_TRUE(linux::write_file(in_use, "{"));
  EXPECT_EQ(call("GC", "", R"({"cni.dev/valid-attachments":[]})").exit_code, 0);
  EXPECT_FALSE(std::filesystem::exists(left));
  EXPECT_TRUE(std::filesystem::exists(in_use));
}

}  // namespace
}  // namespace podsysctl::cni
