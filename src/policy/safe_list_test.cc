// SPDX-License-Identifier: Apache-2.0
#include "policy/safe_list.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "policy/test_support.h"

namespace podsysctl::policy {
namespace {

using testing::ElementsAreArray;

// The list of each range of versions, written out once more, on a kernel that has all of it.
TEST(SafeList, ByVersion) {
  struct Step {
    unsigned since;
    std::vector<std::string_view> added;
  };
  const std::vector<Step> steps = {
      {4, {"kernel.shm_rmid_forced", "net.ipv4.ip_local_port_range", "net.ipv4.tcp_syncookies"}},
      {18, {"net.ipv4.ping_group_range"}},
      {22, {"net.ipv4.ip_unprivileged_port_start"}},
      {27, {"net.ipv4.ip_local_reserved_ports"}},
      {29,
       {"net.ipv4.tcp_keepalive_time", "net.ipv4.tcp_fin_timeout", "net.ipv4.tcp_keepalive_intvl",
        "net.ipv4.tcp_keepalive_probes"}},
      {32, {"net.ipv4.tcp_rmem", "net.ipv4.tcp_wmem"}},
      {37, {"net.ipv4.tcp_slow_start_after_idle", "net.ipv4.tcp_notsent_lowat"}}};
  for (unsigned minor_number = 4; minor_number <= 37; ++minor_number) {
    std::vector<std::string_view> expected;
    for (const Step& step : steps) {
      if (minor_number >= step.since) {
        expected.insert(expected.end(), step.added.begin(), step.added.end());
      }
    }
    EXPECT_THAT(safe_sysctls(kube(minor_number), kernel("6.18.0")), ElementsAreArray(expected))
        << "1." << minor_number;
  }
}

TEST(SafeList, KernelMinimum) {
  struct Case {
    std::string_view name;
    std::string_view too_old;
    std::string_view old_enough;
  };
  for (const Case& row : {Case{"net.ipv4.ip_local_reserved_ports", "3.15.99", "3.16"},
                          Case{"net.ipv4.tcp_keepalive_time", "4.4.302", "4.5.0"},
                          Case{"net.ipv4.tcp_fin_timeout", "4.5.7", "4.6.0-rc1"},
                          Case{"net.ipv4.tcp_keepalive_intvl", "4.4", "4.5"},
                          Case{"net.ipv4.tcp_keepalive_probes", "4.4", "4.5"},
                          Case{"net.ipv4.tcp_rmem", "4.14.336", "4.15.0-213-generic"},
                          Case{"net.ipv4.tcp_wmem", "4.14", "4.15"},
                          Case{"net.ipv4.tcp_slow_start_after_idle", "4.14", "4.15"},
                          Case{"net.ipv4.tcp_notsent_lowat", "4.5", "4.6"}}) {
    EXPECT_THAT(safe_sysctls(kube(37), kernel(row.too_old)),
                testing::Not(testing::Contains(row.name)));
    EXPECT_THAT(safe_sysctls(kube(37), kernel(row.old_enough)), testing::Contains(row.name));
  }
}

TEST(SafeList, WithoutAKernelVersionOnlyEntriesWithoutMinimum) {
  EXPECT_THAT(safe_sysctls(kube(37), std::nullopt),
              testing::ElementsAre("kernel.shm_rmid_forced", "net.ipv4.ip_local_port_range",
                                   "net.ipv4.tcp_syncookies", "net.ipv4.ping_group_range",
                                   "net.ipv4.ip_unprivileged_port_start"));
}

TEST(SafeList, FindsARow) {
  ASSERT_NE(find_safe_sysctl("net.ipv4.tcp_rmem"), nullptr);
  EXPECT_EQ(find_safe_sysctl("net.ipv4.tcp_rmem")->since, KubernetesVersion::release(32));
  EXPECT_EQ(find_safe_sysctl("net.core.somaxconn"), nullptr);
}

}  // namespace
}  // namespace podsysctl::policy
