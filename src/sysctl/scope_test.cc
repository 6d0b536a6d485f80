// SPDX-License-Identifier: Apache-2.0
#include "sysctl/scope.h"

#include <array>
#include <string_view>
#include <utility>

#include <gtest/gtest.h>

namespace podsysctl::sysctl {
namespace {

TEST(Scope, FollowsTheCanonicalName) {
  constexpr std::array<std::pair<std::string_view, Scope>, 24> kCases{{
      {"net.core.somaxconn", Scope::net},   {"net/ipv4/conf/eth0.100/forwarding", Scope::net},
      {"net.anything", Scope::net},         {"net", Scope::node},
      {"netx.core.somaxconn", Scope::node}, {"kernel.sem", Scope::ipc},
      {"kernel.shmall", Scope::ipc},        {"kernel.shmmax", Scope::ipc},
      {"kernel.shmmni", Scope::ipc},        {"kernel.shm_rmid_forced", Scope::ipc},
      {"kernel.msgmax", Scope::ipc},        {"kernel.msgmnb", Scope::ipc},
      {"kernel/msgmni", Scope::ipc},        {"kernel.shm_next_id", Scope::node},
      {"kernel.msgmaxx", Scope::node},      {"kernel.core_pattern", Scope::node},
      {"fs.mqueue.msg_max", Scope::ipc},    {"fs.mqueue", Scope::node},
      {"fs.file-max", Scope::node},         {"kernel.hostname", Scope::uts},
      {"kernel.domainname", Scope::uts},    {"user.max_user_namespaces", Scope::user},
      {"vm.max_map_count", Scope::node},    {"net.core/somaxconn", Scope::net},
  }};
  for (const auto& [name, scope] : kCases) {
    EXPECT_EQ(scope_of(SysctlKey::parse(name).value()), scope) << name;
  }
}

TEST(Scope, NamesGoBothWays) {
  for (const Scope scope : {Scope::net, Scope::ipc, Scope::uts, Scope::user, Scope::node}) {
    EXPECT_EQ(scope_from_string(to_string(scope)), scope);
  }
  EXPECT_EQ(scope_from_string("pid"), std::nullopt);
  EXPECT_EQ(scope_from_string(""), std::nullopt);
}

TEST(Settability, NamesGoBothWays) {
  for (const Settability settability :
       {Settability::pod_writable, Settability::pod_read_only, Settability::node_only,
        Settability::absent, Settability::leaky}) {
    EXPECT_EQ(settability_from_string(to_string(settability)), settability);
  }
  EXPECT_EQ(to_string(Settability::pod_read_only), "pod-read-only");
  EXPECT_EQ(settability_from_string("writable"), std::nullopt);
}

}  // namespace
}  // namespace podsysctl::sysctl
