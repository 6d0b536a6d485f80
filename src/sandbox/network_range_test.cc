// SPDX-License-Identifier: Apache-2.0
#include "sandbox/network_range.h"

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sandbox/network_builtin.h"
#include "sandbox/network_filter.h"

namespace podsysctl::sandbox {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

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

AddressRange pods() { return {.first = 0x0a830000, .prefix = 16, .interface = ""}; }

TEST(BuiltinNetwork, HasOnlyThePluginsThatHaveWork) {
  const auto types = [](HostPorts ports) {
    const BuiltinNetwork wanted{.range = pods(), .data_dir = "/run/x", .ports = ports};
    const Result<CniNetwork> network = builtin_network(wanted);
    EXPECT_TRUE(network) << network.error().message;
    std::string all;
    for (const CniPlugin& plugin : network->plugins) {
      all += plugin.type + " ";
    }
    // Rules of a pod's own outlive its namespace, so DEL comes before its end where there are any.
    EXPECT_EQ(goes_with_namespace(*network), all == "bridge ");
    return all;
  };
  EXPECT_EQ(types(HostPorts::none), "bridge ");
  EXPECT_EQ(types(HostPorts::some), "bridge portmap ");
}

TEST(BuiltinNetwork, LeavesMasqueradingToOneRule) {
  const BuiltinNetwork wanted{.range = pods(), .data_dir = "/run/x"};
  EXPECT_EQ(builtin_network(wanted)->plugins.front().config,
            R"({"type":"bridge","bridge":"podsysctl0","isGateway":true,"ipMasq":false,)"
            R"("hairpinMode":true,"ipam":{"type":"host-local","dataDir":"/run/x",)"
            R"("ranges":[[{"subnet":"10.131.0.0/16"}]],"routes":[{"dst":"0.0.0.0/0"}]}})");
}

TEST(PacketFilter, IsReadFromTheForwardChain) {
  constexpr const char* kOurs =
      "-A FORWARD -s 10.131.0.0/16 -i podsysctl0 -m comment --comment podsysctl -j ACCEPT\n"
      "-A FORWARD -d 10.131.0.0/16 -o podsysctl0 -m conntrack --ctstate RELATED,ESTABLISHED,DNAT "
      "-m comment --comment podsysctl -j ACCEPT\n";
  struct Case {
    const char* name;
    std::string text;
    PacketFilter filter;
    bool has_our_rules;
  };
  const std::vector<Case> cases{
      {"nothing", "-P FORWARD ACCEPT\n", PacketFilter::open, false},
      {"a policy", "-P FORWARD DROP\n", PacketFilter::restricted, false},
      {"a rule", "-P FORWARD ACCEPT\n-A FORWARD -j REJECT\n", PacketFilter::restricted, false},
      {"ours alone", fmt::format("-P FORWARD ACCEPT\n{}", kOurs), PacketFilter::open, true},
      {"ours before others", fmt::format("-P FORWARD DROP\n{}-A FORWARD -j DOCKER-USER\n", kOurs),
       PacketFilter::restricted, true},
      {"ours of another range",
       "-P FORWARD DROP\n-A FORWARD -s 10.137.0.0/16 -i podsysctl0 -m comment --comment podsysctl "
       "-j ACCEPT\n",
       PacketFilter::restricted, false}};
  for (const Case& each : cases) {
    const ForwardChain chain = parse_forward_chain(each.text, pods());
    EXPECT_EQ(chain.filter, each.filter) << each.name;
    EXPECT_EQ(chain.has_our_rules, each.has_our_rules) << each.name;
  }
}

}  // namespace
}  // namespace podsysctl::sandbox
