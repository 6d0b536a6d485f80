// SPDX-License-Identifier: Apache-2.0
// Reading configurations and results, choosing a range, and what plugins are given: by programs
// that the test writes. The real plugins are in network_host_test.cc.
#include "sandbox/network.h"

#include <sched.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
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
#include "linux/worker_thread.h"
#include "sandbox/cni_config.h"
#include "sandbox/cni_record.h"
#include "sandbox/cni_result.h"
#include "sandbox/etc_files.h"
#include "sandbox/network_builtin.h"
#include "sandbox/network_range.h"

namespace podsysctl::sandbox {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class TemporaryFolder : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (std::filesystem::temp_directory_path() / "psys-net-XXXXXX").string();
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    folder_ = pattern;
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }
  void write(const std::string& name, const std::string& text) const {
    ASSERT_TRUE(linux::write_file(folder_ + "/" + name, text));
  }
  std::string folder_;
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

using CniFolder = TemporaryFolder;

TEST_F(CniFolder, TakesTheFirstFileByName) {
  write("90-last.conflist", R"({"cniVersion":"1.0.0","name":"last","plugins":[{"type":"a"}]})");
  write("10-first.conf", R"({"cniVersion":"1.0.0","name":"first","type":"b",
                            "capabilities":{"portMappings":true,"bandwidth":false}})");
  write("00-other.txt", "not ours");
  const auto network = find_cni_network(folder_);
  ASSERT_TRUE(network) << network.error().message;
  ASSERT_TRUE(*network);
  EXPECT_EQ((*network)->name, "first");
  EXPECT_EQ((*network)->source, folder_ + "/10-first.conf");
  EXPECT_TRUE((*network)->has_capability("portMappings"));
  EXPECT_FALSE((*network)->has_capability("bandwidth"));
}

TEST_F(CniFolder, NoFolderAndNoFileAreNoNetwork) {
  EXPECT_FALSE(*find_cni_network(folder_));
  EXPECT_FALSE(*find_cni_network(folder_ + "/missing"));
}

TEST_F(CniFolder, AnUnusableFirstFileIsAnError) {
  write("10-broken.conflist", "{");
  write("20-good.conflist", R"({"cniVersion":"1.0.0","name":"n","plugins":[{"type":"a"}]})");
  const auto network = find_cni_network(folder_);
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

// /proc/net/route of a host with eth0 192.0.2.2/24 and a default route.
constexpr const char* kRoutes =
    "Iface\tDestination\tGateway\tFlags\tRefCnt\tUse\tMetric\tMask\tMTU\tWindow\tIRTT\n"
    "eth0\t00000000\t010200C0\t0003\t0\t0\t0\t00000000\t0\t0\t0\n"
    "eth0\t000200C0\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0\n";

TEST(NetworkRange, ReadsRoutesWithoutTheDefault) {
  const std::vector<AddressRange> routes = parse_routes(kRoutes);
  ASSERT_EQ(routes.size(), 1U);
  EXPECT_EQ(to_string(routes[0]), "192.0.2.0/24");
  EXPECT_EQ(routes[0].interface, "eth0");
  EXPECT_THAT(parse_routes("eth0\tzz\t1\t1\t1\t1\t1\tFFFFFFFF\n\nshort line\n"), IsEmpty());
}

TEST(NetworkRange, KeepsClearOfTheHost) {
  const auto range = [](std::uint32_t first, unsigned prefix, const char* interface) {
    return AddressRange{first, prefix, interface};
  };
  struct Case {
    const char* name;
    std::vector<AddressRange> in_use;
    const char* chosen;
  };
  const std::vector<Case> cases{
      {"nothing in use", {}, "10.131.0.0/16"},
      {"one address inside", {range(0x0a83ff01, 32, "eth0")}, "10.137.0.0/16"},
      {"a wider route", {range(0x0a000000, 8, "tun0")}, "172.29.0.0/16"},
      {"every private range routed",
       {range(0x0a000000, 8, "tun0"), range(0xac100000, 12, "tun0"), range(0xc0a80000, 16, "tun0")},
       "198.18.131.0/24"},
      {"our bridge stays where it is", {range(0xac1d0000, 16, "podsysctl0")}, "172.29.0.0/16"},
      {"our bridge stays even where a route came to overlap it",
       {range(0x0a830000, 16, "podsysctl0"), range(0x0a000000, 8, "tun0")},
       "10.131.0.0/16"}};
  for (const Case& each : cases) {
    const Result<AddressRange> chosen = choose_range(each.in_use, "podsysctl0");
    ASSERT_TRUE(chosen) << each.name;
    EXPECT_EQ(to_string(*chosen), each.chosen) << each.name;
  }
  const Result<AddressRange> none =
      choose_range({range(0, 1, "a"), range(0x80000000, 1, "b")}, "p");
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().code, Code::conflict);
  EXPECT_THAT(none.error().message, HasSubstr("--network none"));
}

TEST(BuiltinNetwork, HasOnlyThePluginsThatHaveWork) {
  const auto types = [](PacketFilter filter, HostPorts ports) {
    const Result<CniNetwork> network =
        builtin_network({{0x0a830000, 16, ""}, "/run/x", filter, ports});
    EXPECT_TRUE(network) << network.error().message;
    std::string all;
    for (const CniPlugin& plugin : network->plugins) {
      all += plugin.type + " ";
    }
    return all;
  };
  EXPECT_EQ(types(PacketFilter::open, HostPorts::none), "bridge ");
  EXPECT_EQ(types(PacketFilter::open, HostPorts::some), "bridge portmap ");
  EXPECT_EQ(types(PacketFilter::restricted, HostPorts::some), "bridge portmap firewall ");
  EXPECT_EQ(types(PacketFilter::missing, HostPorts::none), "bridge ");
}

TEST(BuiltinNetwork, MasqueradesWhereThereIsAPacketFilter) {
  const auto config = [](PacketFilter filter) {
    return builtin_network({{0x0a830000, 16, ""}, "/run/x", filter, HostPorts::none})
        ->plugins.front()
        .config;
  };
  EXPECT_EQ(config(PacketFilter::open),
            R"({"type":"bridge","bridge":"podsysctl0","isGateway":true,"ipMasq":true,)"
            R"("hairpinMode":true,"ipam":{"type":"host-local","dataDir":"/run/x",)"
            R"("ranges":[[{"subnet":"10.131.0.0/16"}]],"routes":[{"dst":"0.0.0.0/0"}]}})");
  EXPECT_THAT(config(PacketFilter::missing), HasSubstr(R"("ipMasq":false)"));
}

TEST(BuiltinNetwork, ReadsForwardRules) {
  EXPECT_EQ(parse_forward_rules("-P FORWARD ACCEPT\n"), PacketFilter::open);
  EXPECT_EQ(parse_forward_rules("-P FORWARD DROP\n"), PacketFilter::restricted);
  EXPECT_EQ(parse_forward_rules("-P FORWARD ACCEPT\n-A FORWARD -j REJECT\n"),
            PacketFilter::restricted);
}

TEST(NetworkMode, Names) {
  for (const NetworkMode mode : {NetworkMode::none, NetworkMode::host, NetworkMode::bridge}) {
    EXPECT_EQ(*parse_network_mode(to_string(mode)), mode);
  }
  EXPECT_EQ(parse_network_mode("brigde").error().message,
            "\"brigde\" is not a network: use none, host or bridge");
}

// A sandbox's net namespace and a folder of plugins that write down what they are given.
class FakePlugins : public TemporaryFolder {
 protected:
  void SetUp() override {
    TemporaryFolder::SetUp();
    if (::geteuid() != 0) {
      GTEST_SKIP() << "making net namespaces needs root";
    }
    make_namespace();
    request_.container_id = "c0ffee";
    request_.netns_path = folder_ + "/net";
    request_.pod_namespace = "default";
    request_.pod_name = "web";
    request_.pod_uid = "1-2";
    paths_.config_dir = folder_ + "/net.d";
    paths_.plugin_dirs = {folder_ + "/none", folder_ + "/bin"};
    ASSERT_TRUE(linux::make_directories(paths_.config_dir));
    ASSERT_TRUE(linux::make_directories(folder_ + "/bin"));
    write("result", R"({"cniVersion":"1.0.0","interfaces":[{"name":"eth0","sandbox":"/n"}],
        "ips":[{"interface":0,"address":"10.9.0.2/16","gateway":"10.9.0.1"}]})");
    add_plugin("first");
    add_plugin("second");
    write("net.d/10.conflist", R"({"cniVersion":"1.0.0","name":"net","plugins":[
        {"type":"first","capabilities":{"io.kubernetes.cri.pod-annotations":true}},
        {"type":"second","capabilities":{"portMappings":true}}]})");
  }

  void TearDown() override {
    EXPECT_TRUE(linux::unpin(folder_ + "/net"));
    TemporaryFolder::TearDown();
  }

  void make_namespace() {
    linux::WorkerThread inside;
    Result<> pinned;
    inside.call([&] {
      ASSERT_EQ(::unshare(CLONE_NEWNET), 0);
      const auto own = linux::Namespace::own(linux::NamespaceKind::net);
      ASSERT_TRUE(own);
      pinned = own->pin(folder_ + "/net");
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
                                     folder_, name));
    ASSERT_EQ(::chmod((folder_ + "/bin/" + name).c_str(), 0755), 0);
  }

  // The log since the last call.
  std::vector<std::string> log() const {
    const std::string text = linux::read_file(folder_ + "/log").value_or("");
    ::unlink((folder_ + "/log").c_str());
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
        command, plugin, netns, folder_, folder_);
  }

  NetworkPaths paths_;
  NetworkRequest request_;
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
      {"no plugin", [&] { std::filesystem::remove(folder_ + "/bin/second"); }, Code::not_found,
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

TEST(CniRecord, RefusesWhatItDidNotWrite) {
  for (const char* const text : {"", "{}", R"({"format":2})", R"({"format":1,"source":"x"})"}) {
    const Result<> detached = detach_network(text);
    ASSERT_FALSE(detached) << text;
    EXPECT_THAT(detached.error().message, HasSubstr("network record")) << text;
  }
}

TEST(EtcFiles, Hosts) {
  const std::string text =
      pod_hosts("web", {"10.131.0.2/16", "fd00::2/64"}, {{"192.0.2.7", "db.example"}});
  EXPECT_THAT(text, HasSubstr("127.0.0.1\tlocalhost\n"));
  EXPECT_THAT(text, HasSubstr("\n10.131.0.2\tweb\nfd00::2\tweb\n192.0.2.7\tdb.example\n"));
  EXPECT_THAT(pod_hosts("web", {}, {}), HasSubstr("127.0.0.1\tweb\n"));
  EXPECT_EQ(hostname_file("web"), "web\n");
}

using EtcFilesOfHost = TemporaryFolder;

TEST_F(EtcFilesOfHost, HostNetworkKeepsTheHostsFiles) {
  write("hosts", "127.0.0.1 localhost");
  write("resolv.conf", "nameserver 127.0.0.53\n");
  EXPECT_EQ(*host_hosts({{"192.0.2.7", "db"}}, folder_ + "/hosts"),
            "127.0.0.1 localhost\n192.0.2.7\tdb\n");
  EXPECT_EQ(*resolv_conf(NetworkMode::host, {}, {folder_ + "/resolv.conf", folder_ + "/none"}),
            "nameserver 127.0.0.53\n");
}

TEST_F(EtcFilesOfHost, ResolvConf) {
  const ResolvConfPaths paths{folder_ + "/resolv.conf", folder_ + "/behind"};
  EXPECT_EQ(*resolv_conf(NetworkMode::bridge, {}, paths), "");
  write("resolv.conf", "search a.example\nnameserver 127.0.0.53\noptions edns0\n");
  EXPECT_EQ(*resolv_conf(NetworkMode::bridge, {}, paths), "search a.example\noptions edns0\n");
  write("behind", "nameserver 192.0.2.53\nsearch a.example\n");
  EXPECT_EQ(*resolv_conf(NetworkMode::bridge, {}, paths),
            "nameserver 192.0.2.53\nsearch a.example\n");
  write("resolv.conf", "nameserver 192.0.2.1\nnameserver 127.0.0.1\n");
  EXPECT_EQ(*resolv_conf(NetworkMode::bridge, {}, paths), "nameserver 192.0.2.1\n");
  const Dns dns{{"10.0.0.1", "10.0.0.2", "10.0.0.3", "10.0.0.4"}, {"x.example"}, {"ndots:2"}};
  EXPECT_EQ(*resolv_conf(NetworkMode::bridge, dns, paths),
            "search x.example\nnameserver 10.0.0.1\nnameserver 10.0.0.2\nnameserver 10.0.0.3\n"
            "options ndots:2\n");
}

}  // namespace
}  // namespace podsysctl::sandbox
