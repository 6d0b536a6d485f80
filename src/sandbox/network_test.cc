// SPDX-License-Identifier: Apache-2.0
// What plugins are given and what becomes of their answers, with plugins that the test writes. The
// real ones are in network_host_test.cc.
#include "sandbox/network.h"

#include <sched.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <functional>
#include <optional>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "base/strings.h"
#include "json/json.h"
#include "linux/file.h"
#include "linux/namespaces.h"
#include "linux/temporary_folder.h"
#include "linux/worker_thread.h"

namespace podsysctl::sandbox {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

TEST(NetworkMode, Names) {
  for (const NetworkMode mode : {NetworkMode::none, NetworkMode::host, NetworkMode::bridge}) {
    EXPECT_EQ(*parse_network_mode(to_string(mode)), mode);
  }
  EXPECT_EQ(parse_network_mode("brigde").error().message,
            "\"brigde\" is not a network: use none, host, bridge or container:NAME");
}

// A sandbox's net namespace and a folder of plugins that write down what they are given.
class FakePlugins : public testing::Test {
 protected:
  void SetUp() override {
    if (::geteuid() != 0) {
      GTEST_SKIP() << "making net namespaces needs root";
    }
    make_namespace();
    request_.container_id = "c0ffee";
    request_.netns_path = folder_ / "net";
    request_.pod_namespace = "default";
    request_.pod_name = "web";
    request_.pod_uid = "1-2";
    paths_.config_dir = folder_ / "net.d";
    paths_.data_dir = folder_ / "leases";
    paths_.plugin_dirs = {folder_ / "none", folder_ / "bin"};
    ASSERT_TRUE(linux::make_directories(paths_.config_dir));
    ASSERT_TRUE(linux::make_directories(folder_ / "bin"));
    write("result", R"({"cniVersion":"1.0.0","interfaces":[{"name":"eth0","sandbox":"/n"}],
        "ips":[{"interface":0,"address":"10.9.0.2/16","gateway":"10.9.0.1"}]})");
    add_plugin("first");
    add_plugin("second");
    write("net.d/10.conflist", R"({"cniVersion":"1.0.0","name":"net","plugins":[
        {"type":"first","capabilities":{"io.kubernetes.cri.pod-annotations":true}},
        {"type":"second","capabilities":{"portMappings":true}}]})");
  }

  void TearDown() override { EXPECT_TRUE(linux::unpin(folder_ / "net")); }

  void write(const std::string& name, const std::string& text) const {
    ASSERT_TRUE(linux::write_file(folder_ / name, text));
  }

  void make_namespace() {
    linux::WorkerThread inside;
    Result<> pinned;
    inside.call([&] {
      ASSERT_EQ(::unshare(CLONE_NEWNET), 0);
      const auto own = linux::Namespace::own(linux::NamespaceKind::net);
      ASSERT_TRUE(own);
      pinned = own->pin(folder_ / "net");
    });
    ASSERT_TRUE(pinned) << pinned.error().message;
  }

  // Writes a line of its environment and its standard input to "log"; prints "result" on ADD; fails
  // with the text of "fail-COMMAND-NAME" where there is one.
  void add_plugin(const std::string& name) const {
    write("bin/" + name, fmt::format(R"(#!/bin/sh
cd {0}
echo "$CNI_COMMAND {1} $CNI_CONTAINERID $CNI_NETNS $CNI_IFNAME $CNI_ARGS $CNI_PATH" >> log
cat >> log
echo >> log
if [ -e fail-$CNI_COMMAND-{1} ]; then cat fail-$CNI_COMMAND-{1}; exit 1; fi
if [ $CNI_COMMAND = ADD ]; then cat result; fi
)",
                                     folder_.path(), name));
    ASSERT_EQ(::chmod((folder_ / "bin/" + name).c_str(), 0755), 0);
  }

  // The log since the last call.
  std::vector<std::string> log() const {
    const std::string text = linux::read_file(folder_ / "log").value_or("");
    ::unlink((folder_ / "log").c_str());
    std::vector<std::string> lines;
    for (const std::string_view line : split(text, '\n')) {
      if (!line.empty()) {
        lines.emplace_back(line);
      }
    }
    return lines;
  }

  std::string call(const char* command, const char* plugin, const std::string& netns) const {
    return fmt::format(
        "{} {} c0ffee {} eth0 IgnoreUnknown=1;K8S_POD_NAMESPACE=default;K8S_POD_NAME=web;"
        "K8S_POD_INFRA_CONTAINER_ID=c0ffee;K8S_POD_UID=1-2 {}/none:{}/bin",
        command, plugin, netns, folder_.path(), folder_.path());
  }

  NetworkPaths paths_;
  NetworkRequest request_;
  const linux::TemporaryFolder folder_ = linux::TemporaryFolder::make().value();
};

json::Value tree(const std::string& text) { return json::parse(text, "test").value(); }

TEST_F(FakePlugins, AddInOrderThenDeleteInReverse) {
  request_.annotations = {{"a.example/b", "c"}};
  request_.ports = {{.container_port = 80, .host_port = 8080, .host_ip = "127.0.0.1"},
                    {.container_port = 53, .protocol = pod::Protocol::udp},
                    {.container_port = 54, .host_port = 53, .protocol = pod::Protocol::udp}};
  const Result<PreparedNetwork> prepared = prepare_network(paths_, request_);
  ASSERT_TRUE(prepared) << prepared.error().message;
  EXPECT_THAT(prepared->notices, IsEmpty());
  EXPECT_THAT(log(), IsEmpty());

  const Result<NetworkAttachment> attached = attach_network(prepared->record);
  ASSERT_TRUE(attached) << attached.error().message;
  EXPECT_EQ(attached->interface, "eth0");
  EXPECT_THAT(attached->addresses, ElementsAre("10.9.0.2/16"));
  EXPECT_EQ(attached->gateway, "10.9.0.1");
  const std::vector<std::string> added = log();
  ASSERT_EQ(added.size(), 4U);
  EXPECT_EQ(added[0], call("ADD", "first", request_.netns_path));
  EXPECT_EQ(tree(added[1]), tree(R"({"type":"first","cniVersion":"1.0.0","name":"net",
                "runtimeConfig":{"io.kubernetes.cri.pod-annotations":{"a.example/b":"c"}}})"));
  EXPECT_EQ(added[2], call("ADD", "second", request_.netns_path));
  const json::Value second = tree(added[3]);
  EXPECT_EQ(second["runtimeConfig"], tree(R"({"portMappings":[
              {"hostPort":8080,"containerPort":80,"protocol":"tcp","hostIP":"127.0.0.1"},
              {"hostPort":53,"containerPort":54,"protocol":"udp"}]})"));
  EXPECT_EQ(second["prevResult"]["ips"][0]["address"], "10.9.0.2/16");

  // The administrator's later change does not matter.
  write("net.d/10.conflist", "{}");
  ASSERT_TRUE(detach_network(attached->record));
  const std::vector<std::string> removed = log();
  ASSERT_EQ(removed.size(), 4U);
  EXPECT_EQ(removed[0], call("DEL", "second", request_.netns_path));
  EXPECT_EQ(tree(removed[1])["prevResult"]["ips"][0]["address"], "10.9.0.2/16");
  EXPECT_EQ(removed[2], call("DEL", "first", request_.netns_path));
}

TEST_F(FakePlugins, DeleteWorksWithoutAddAndWithoutNamespace) {
  const Result<PreparedNetwork> prepared = prepare_network(paths_, request_);
  ASSERT_TRUE(prepared) << prepared.error().message;
  ASSERT_TRUE(linux::unpin(request_.netns_path));
  ASSERT_TRUE(detach_network(prepared->record));
  const std::vector<std::string> removed = log();
  ASSERT_EQ(removed.size(), 4U);
  EXPECT_EQ(removed[0], call("DEL", "second", ""));
  EXPECT_FALSE(tree(removed[1]).contains("prevResult"));
  ASSERT_TRUE(detach_network(prepared->record));
}

TEST_F(FakePlugins, AFailureInTheMiddleRemovesEverything) {
  write("fail-ADD-second", R"({"code":11,"msg":"try later","details":"locked"})");
  const Result<PreparedNetwork> prepared = prepare_network(paths_, request_);
  ASSERT_TRUE(prepared) << prepared.error().message;
  const Result<NetworkAttachment> attached = attach_network(prepared->record);
  ASSERT_FALSE(attached);
  EXPECT_EQ(attached.error().code, Code::unavailable);
  EXPECT_EQ(attached.error().message,
            "CNI plugin second (ADD, network net): try later: locked (code 11)");
  const std::vector<std::string> lines = log();
  ASSERT_EQ(lines.size(), 8U);
  EXPECT_EQ(lines[4], call("DEL", "second", request_.netns_path));
  EXPECT_EQ(lines[6], call("DEL", "first", request_.netns_path));
}

TEST_F(FakePlugins, DeleteGoesOnAfterAFailure) {
  write("fail-DEL-second", "");
  const Result<PreparedNetwork> prepared = prepare_network(paths_, request_);
  ASSERT_TRUE(prepared) << prepared.error().message;
  const Result<> detached = detach_network(prepared->record);
  ASSERT_FALSE(detached);
  EXPECT_EQ(detached.error().message, "CNI plugin second (DEL, network net): exit status 1");
  EXPECT_EQ(log().size(), 4U);
}

TEST_F(FakePlugins, AResultThatMakesNoSenseIsAFailure) {
  write("result", "hello");
  const Result<PreparedNetwork> prepared = prepare_network(paths_, request_);
  ASSERT_TRUE(prepared) << prepared.error().message;
  const Result<NetworkAttachment> attached = attach_network(prepared->record);
  ASSERT_FALSE(attached);
  EXPECT_THAT(attached.error().message, HasSubstr("result of the CNI plugin first"));
  EXPECT_EQ(log().size(), 6U);
}

TEST_F(FakePlugins, RefusalsBeforeAnythingRuns) {
  struct Case {
    const char* name;
    std::function<void()> change;
    Code code;
    const char* message;
  };
  const NetworkRequest request = request_;
  const std::vector<Case> cases{
      {"no plugin", [&] { std::filesystem::remove(folder_ / "bin/second"); }, Code::not_found,
       "install the package containernetworking-plugins, or use --network none"},
      {"id", [&] { request_.container_id = "../x"; }, Code::invalid_argument,
       "\"../x\" cannot be the id of a sandbox"},
      {"an argument that would add another", [&] { request_.pod_name = "web;K8S_POD_UID=x"; },
       Code::invalid_argument,
       R"(K8S_POD_NAME "web;K8S_POD_UID=x" cannot be given to CNI plugins)"},
      {"no portmap",
       [&] {
         write("net.d/05.conf", R"({"cniVersion":"1.0.0","name":"bare","type":"first"})");
         request_.ports = {{.container_port = 80, .host_port = 8080}};
       },
       Code::unsupported, "host port 8080 cannot be published: no plugin of the network bare"}};
  for (const Case& each : cases) {
    request_ = request;
    each.change();
    const Result<PreparedNetwork> prepared = prepare_network(paths_, request_);
    add_plugin("second");
    ASSERT_FALSE(prepared) << each.name;
    EXPECT_EQ(prepared.error().code, each.code) << each.name;
    EXPECT_THAT(prepared.error().message, HasSubstr(each.message)) << each.name;
  }
  EXPECT_THAT(log(), IsEmpty());
}

TEST_F(FakePlugins, TheHostsNamespaceIsNeverGivenToAPlugin) {
  ASSERT_TRUE(linux::unpin(request_.netns_path));
  const auto own = linux::Namespace::own(linux::NamespaceKind::net);
  ASSERT_TRUE(own);
  ASSERT_TRUE(own->pin(request_.netns_path));
  const Result<PreparedNetwork> prepared = prepare_network(paths_, request_);
  ASSERT_TRUE(prepared) << prepared.error().message;
  const Result<NetworkAttachment> attached = attach_network(prepared->record);
  ASSERT_FALSE(attached);
  EXPECT_EQ(attached.error().code, Code::denied_by_policy);
  EXPECT_THAT(attached.error().message, HasSubstr("is the host's net namespace"));
  EXPECT_THAT(log(), IsEmpty());
}

}  // namespace
}  // namespace podsysctl::sandbox
