// SPDX-License-Identifier: Apache-2.0
#include "policy/default_sysctls.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "policy/test_support.h"

namespace podsysctl::policy {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

using Entries = std::vector<DefaultSysctls::Entry>;

constexpr HostNamespaces kOwn{};
constexpr HostNamespaces kHostNet{NamespaceMode::host, NamespaceMode::pod};
constexpr HostNamespaces kHostIpc{NamespaceMode::pod, NamespaceMode::host};

std::vector<std::string> chosen(const DefaultSysctls& defaults, const HostNamespaces& host,
                                NamespaceMode user, std::span<const sysctl::Setting> own = {}) {
  std::vector<std::string> shown;
  for (const sysctl::Setting& setting : defaults.for_pod(host, user, own)) {
    EXPECT_EQ(setting.origin.kind, sysctl::Origin::Kind::node_default);
    shown.push_back(fmt::format("{}={}", setting.key.name(), setting.value));
  }
  return shown;
}

TEST(DefaultSysctls, OnlyWhatThePodsNamespacesHold) {
  const auto defaults =
      DefaultSysctls::create(kube(37), Entries{{"net/core/somaxconn", "4096"},
                                               {"kernel.msgmax", "8192"},
                                               {"fs.mqueue.msg_max", "20"},
                                               {"user.max_ipc_namespaces", "5"},
                                               {"kernel.domainname", "example.test"}});
  ASSERT_TRUE(defaults) << defaults.error().message;
  EXPECT_THAT(chosen(*defaults, kOwn, NamespaceMode::host),
              ElementsAre("net.core.somaxconn=4096", "kernel.msgmax=8192", "fs.mqueue.msg_max=20",
                          "kernel.domainname=example.test"));
  EXPECT_THAT(
      chosen(*defaults, kHostNet, NamespaceMode::pod),
      ElementsAre("kernel.msgmax=8192", "fs.mqueue.msg_max=20", "user.max_ipc_namespaces=5"));
  EXPECT_THAT(chosen(*defaults, kHostIpc, NamespaceMode::host),
              ElementsAre("net.core.somaxconn=4096", "kernel.domainname=example.test"));
}

TEST(DefaultSysctls, ThePodsOwnSettingWins) {
  const auto defaults = DefaultSysctls::create(
      kube(37), Entries{{"net.core.somaxconn", "4096"}, {"kernel.msgmax", "8192"}});
  ASSERT_TRUE(defaults);
  const std::vector<sysctl::Setting> own = {
      sysctl::parse_assignment("net/core/somaxconn=1", {}).value()};
  EXPECT_THAT(chosen(*defaults, kOwn, NamespaceMode::host, own), ElementsAre("kernel.msgmax=8192"));
}

TEST(DefaultSysctls, RefusesAtStartUp) {
  struct Case {
    Entries entries;
    Code code;
    std::string_view message;
  };
  for (const Case& row :
       {Case{{{"Net.core", "1"}},
             Code::invalid_argument,
             "defaultPodSysctls: sysctl \"Net.core\" must have at most 253 characters and match "
             "regex "
             R"(^([a-z0-9]([-_a-z0-9]*[a-z0-9])?[\./])*[a-z0-9]([-_a-z0-9]*[a-z0-9])?$)"},
        Case{{{"net.core.somaxconn", "1"}, {"vm/swappiness", "1"}},
             Code::not_namespaced,
             "defaultPodSysctls: the sysctl \"vm.swappiness\" is not known to be namespaced: it "
             "belongs to the node, set it there"},
        Case{{{"kernel.hostname", "x"}},
             Code::not_namespaced,
             "defaultPodSysctls: the sysctl \"kernel.hostname\" is not known to be namespaced: it "
             "belongs to the node, set it there"},
        Case{{{"kernel.sem", "1 2 3 4"}, {"kernel/sem", "1 2 3 4"}},
             Code::conflict,
             "defaultPodSysctls: the sysctl \"kernel.sem\" is given twice: remove one"},
        Case{{{"net.core.somaxconn", ""}},
             Code::invalid_argument,
             "defaultPodSysctls: invalid value \"\" of net.core.somaxconn: it is empty, and the "
             "kernel takes an empty write for success without a change"}}) {
    const auto defaults = DefaultSysctls::create(kube(37), row.entries);
    ASSERT_FALSE(defaults) << row.message;
    EXPECT_EQ(defaults.error().code, row.code);
    EXPECT_EQ(defaults.error().message, row.message);
  }
}

TEST(DefaultSysctls, Since137) {
  const auto early = DefaultSysctls::create(kube(36), Entries{{"kernel.sem", "1"}});
  ASSERT_FALSE(early);
  EXPECT_EQ(early.error().code, Code::unsupported);
  EXPECT_EQ(early.error().message,
            "Kubernetes 1.36 does not know defaultPodSysctls: it came with 1.37");
  const auto none = DefaultSysctls::create(kube(4), Entries{});
  ASSERT_TRUE(none);
  EXPECT_THAT(chosen(*none, kOwn, NamespaceMode::host), IsEmpty());
}

}  // namespace
}  // namespace podsysctl::policy
