// SPDX-License-Identifier: Apache-2.0
#include "policy/pod_security.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace podsysctl::policy {
namespace {

TEST(PodSecurity, EachVersionHasItsList) {
  struct Case {
    const char* policy;
    const char* name;
    bool allowed;
  };
  constexpr Case kCases[] = {
      {"privileged", "kernel.msgmax", true},
      {"baseline:1.0", "kernel.shm_rmid_forced", true},
      {"baseline:1.0", "net.ipv4.ip_local_port_range", true},
      {"baseline:1.0", "net.ipv4.tcp_syncookies", true},
      {"baseline:1.0", "net.ipv4.ping_group_range", true},
      {"baseline:1.0", "net.ipv4.ip_unprivileged_port_start", true},
      {"baseline:1.26", "net.ipv4.ip_local_reserved_ports", false},
      {"baseline:1.27", "net.ipv4.ip_local_reserved_ports", true},
      {"baseline:1.28", "net.ipv4.tcp_keepalive_time", false},
      {"restricted:v1.29", "net.ipv4.tcp_keepalive_time", true},
      {"restricted:v1.29", "net.ipv4.tcp_fin_timeout", true},
      {"baseline:1.31", "net.ipv4.tcp_rmem", false},
      {"baseline:1.32", "net.ipv4.tcp_rmem", true},
      {"baseline:1.36", "net.ipv4.tcp_notsent_lowat", false},
      {"baseline:1.37", "net.ipv4.tcp_notsent_lowat", true},
      {"restricted", "net.ipv4.tcp_slow_start_after_idle", true},
      {"baseline:latest", "net.core.somaxconn", false},
      // Compared as written, though the kubelet takes it.
      {"baseline", "kernel/shm_rmid_forced", false},
      {"baseline", "net/ipv4/tcp_syncookies", false},
  };
  for (const Case& row : kCases) {
    const auto policy = PodSecurity::parse(row.policy);
    ASSERT_TRUE(policy) << row.policy;
    EXPECT_EQ(policy->allows(row.name), row.allowed) << row.policy << " " << row.name;
  }
}

TEST(PodSecurity, TheWordsAreTheApiServers) {
  EXPECT_EQ(violation(*PodSecurity::parse("baseline"), {"net.core.somaxconn", "kernel.msgmax"}),
            "violates PodSecurity \"baseline:latest\": forbidden sysctls (net.core.somaxconn, "
            "kernel.msgmax)");
  EXPECT_EQ(violation(*PodSecurity::parse("restricted:1.29"), {"a"}),
            "violates PodSecurity \"restricted:v1.29\": forbidden sysctls (a)");
}

TEST(PodSecurity, RefusesWhatIsNoPolicy) {
  struct Case {
    const char* text;
    Code code;
    const char* message;
  };
  constexpr Case kCases[] = {
      {"", Code::invalid_argument, "\"\" is no level of Pod Security"},
      {"strict", Code::invalid_argument, "\"strict\" is no level of Pod Security"},
      {"baseline:", Code::invalid_argument, "\"\" is no version of Pod Security"},
      {"baseline:2.1", Code::invalid_argument, "\"2.1\" is no version of Pod Security"},
      {"baseline:1.x", Code::invalid_argument, "\"1.x\" is no version of Pod Security"},
      {"baseline:1.99", Code::unsupported, "Pod Security of 1.99 is not known"},
  };
  for (const Case& row : kCases) {
    const auto policy = PodSecurity::parse(row.text);
    ASSERT_FALSE(policy) << row.text;
    EXPECT_EQ(policy.error().code, row.code) << row.text;
    EXPECT_THAT(policy.error().message, testing::HasSubstr(row.message));
  }
}

}  // namespace
}  // namespace podsysctl::policy
