// SPDX-License-Identifier: Apache-2.0
#include "rules/key_pattern.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "rules/test_support.h"

namespace podsysctl::rules {
namespace {

struct Case {
  const char* pattern;
  const char* key;
  bool matches;
};

class Matching : public ::testing::TestWithParam<Case> {};

TEST_P(Matching, IsByComponentsAndAtTheEndByPrefix) {
  const auto pattern = KeyPattern::parse(GetParam().pattern);
  ASSERT_TRUE(pattern.has_value()) << pattern.error().message;
  EXPECT_EQ(pattern->matches(key_of(GetParam().key)), GetParam().matches);
}

INSTANTIATE_TEST_SUITE_P(
    Table, Matching,
    ::testing::Values(Case{"net.core.somaxconn", "net.core.somaxconn", true},
                      Case{"net/core/somaxconn", "net.core.somaxconn", true},
                      Case{"net.core.somaxconn", "net.core.somaxconn2", false},
                      Case{"net.ipv4.*", "net.ipv4.tcp_rmem", true},
                      Case{"net.ipv4.*", "net.ipv4.conf.all.rp_filter", true},
                      Case{"net.ipv4.*", "net.ipv6.conf.all.forwarding", false},
                      Case{"net/ipv4/*", "net.ipv4.tcp_rmem", true},
                      Case{"net.ipv4.tcp_*", "net.ipv4.tcp_rmem", true},
                      Case{"net.ipv4.tcp_*", "net.ipv4.ip_forward", false},
                      Case{"kernel.msg*", "kernel.msgmax", true},
                      Case{"*", "net.core.somaxconn", true},
                      Case{"net.ipv4.conf.*.rp_filter", "net.ipv4.conf.eth0.rp_filter", true},
                      Case{"net.ipv4.conf.*.rp_filter", "net.ipv4.conf.eth0/100.rp_filter", true},
                      Case{"net.ipv4.conf.*.rp_filter", "net.ipv4.conf.eth0.forwarding", false},
                      Case{"net.ipv4.conf.*.rp_filter", "net.ipv4.conf.a.b.rp_filter", false},
                      Case{"net.ipv4.*.eth0.*", "net.ipv4.conf.eth0.rp_filter", true},
                      Case{"net.ipv4.*.eth0.*", "net.ipv4.conf.eth1.rp_filter", false},
                      Case{"net/ipv4/conf/eth0.100/*", "net.ipv4.conf.eth0/100.rp_filter", true}));

struct Refused {
  const char* pattern;
  Code code;
  const char* message;
};

class Refusal : public ::testing::TestWithParam<Refused> {};

TEST_P(Refusal, SaysWhy) {
  const auto pattern = KeyPattern::parse(GetParam().pattern);
  ASSERT_FALSE(pattern.has_value());
  EXPECT_EQ(pattern.error().code, GetParam().code);
  EXPECT_THAT(pattern.error().message, ::testing::HasSubstr(GetParam().message));
}

INSTANTIATE_TEST_SUITE_P(
    Table, Refusal,
    ::testing::Values(Refused{"", Code::invalid_argument, ""},
                      Refused{"net..x", Code::invalid_argument, ""},
                      Refused{"net.ip*.x", Code::invalid_argument, "'*' stands at the end"},
                      Refused{"net.*v4", Code::invalid_argument, "'*' stands at the end"},
                      Refused{"net.a**", Code::invalid_argument, "'*' stands at the end"},
                      Refused{"net.a\n*", Code::invalid_argument, "newline"},
                      Refused{"vm.swappiness", Code::not_namespaced, "belongs to the node"},
                      Refused{"kernel.core_pattern", Code::not_namespaced, "belongs to the node"},
                      Refused{"kernel.hostname", Code::not_namespaced, "set spec.hostname"},
                      Refused{"vm.*", Code::not_namespaced, "matches nothing that a pod has"},
                      Refused{"kernel.core*", Code::not_namespaced,
                              "matches nothing that a pod has"}));

TEST(KeyPattern, WeighsByWhatItSpellsOut) {
  const auto weight = [](const char* text) { return KeyPattern::parse(text)->weight(); };
  EXPECT_LT(weight("*"), weight("net.*"));
  EXPECT_LT(weight("net.*"), weight("net.ipv4.*"));
  EXPECT_LT(weight("net.ipv4.tcp_congestion_contro*"), weight("net.core.somaxconn"));
}

}  // namespace
}  // namespace podsysctl::rules
