// SPDX-License-Identifier: Apache-2.0
#include "enforce/handover.h"

#include <string>

#include <gtest/gtest.h>

namespace podsysctl::enforce {
namespace {

struct Case {
  const char* key;
  bool handed;
};

class Handover : public ::testing::TestWithParam<Case> {};

TEST_P(Handover, OnlyWhatAnyOrderSetsRight) {
  const sysctl::Setting setting{sysctl::SysctlKey::parse(GetParam().key).value(), "1", {}, ""};
  EXPECT_EQ(!for_runtime({&setting, 1}).empty(), GetParam().handed) << GetParam().key;
}

INSTANTIATE_TEST_SUITE_P(Keys, Handover,
                         ::testing::Values(Case{"net.core.somaxconn", true},
                                           Case{"kernel.shmmax", true},
                                           Case{"fs.mqueue.msg_max", true},
                                           Case{"net.ipv4.tcp_keepalive_time", true},
                                           Case{"net.ipv4.ip_local_port_range", false},
                                           Case{"net.ipv4.ip_unprivileged_port_start", false},
                                           Case{"net.ipv4.ip_forward", false},
                                           Case{"net.ipv4.conf.all.rp_filter", false},
                                           Case{"net.ipv4.conf.eth0.forwarding", false},
                                           Case{"net/ipv4/conf/eth0.100/forwarding", false},
                                           Case{"net.ipv6.neigh.eth0.gc_stale_time", false}));

TEST(Handover, KeepsTheOrderOfTheRest) {
  const std::vector<sysctl::Setting> settings = {
      {sysctl::SysctlKey::parse("net.core.somaxconn").value(), "1", {}, ""},
      {sysctl::SysctlKey::parse("net.ipv4.ip_forward").value(), "1", {}, ""},
      {sysctl::SysctlKey::parse("kernel.sem").value(), "1 2 3 4", {}, ""}};
  const auto handed = for_runtime(settings);
  ASSERT_EQ(handed.size(), 2U);
  EXPECT_EQ(handed[0].key.name(), "net.core.somaxconn");
  EXPECT_EQ(handed[1].key.name(), "kernel.sem");
}

}  // namespace
}  // namespace podsysctl::enforce
