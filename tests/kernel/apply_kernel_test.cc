// SPDX-License-Identifier: Apache-2.0
// Plans applied to a pod's namespaces by the hardened writer, on the running kernel.
#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/strings.h"
#include "host_watch.h"
#include "linux/fd.h"
#include "linux/testing/pod_process.h"
#include "sysctl/apply.h"
#include "sysctl/plan.h"
#include "sysctl/probe.h"
#include "sysctl/probe_trial.h"
#include "sysctl/target.h"
#include "sysctl/value.h"

namespace podsysctl::kernel_test {
namespace {

using linux::NamespaceKind;
using linux::PodProcess;
using sysctl::Application;
using sysctl::ApplyState;
using sysctl::Setting;
using sysctl::SysctlKey;
using sysctl::SysctlTree;
using sysctl::SysctlWriter;
using sysctl::Target;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

SysctlKey key_of(std::string_view name) { return SysctlKey::parse(name).value(); }
Setting want(std::string_view name, std::string_view value) {
  return Setting{key_of(name), std::string(value), {}, ""};
}

class ApplyOnThisKernel : public testing::Test {
 protected:
  void SetUp() override {
    if (::geteuid() != 0) {
      GTEST_SKIP() << "needs root";
    }
    watch_.emplace();
    writer_.emplace(SysctlWriter::open().value());
    enter_pod({NamespaceKind::net, NamespaceKind::ipc, NamespaceKind::uts});
  }

  void TearDown() override {
    if (watch_) {
      EXPECT_THAT(watch_->changes(), IsEmpty());
    }
  }

  void enter_pod(
      std::vector<NamespaceKind> kinds,
      const std::function<Result<>()>& prepare = [] { return Result<>(); }) {
    auto pod = PodProcess::start(std::move(kinds), prepare);
    ASSERT_TRUE(pod) << pod.error().message;
    pod_.reset();
    pod_.emplace(*std::move(pod));
    const auto host = linux::HostNamespaces::read().value();
    target_.emplace(Target::of_process(pod_->pid(), host).value());
  }

  // The error of planning, or what came of applying.
  [[nodiscard]] Result<Application> put(std::vector<Setting> settings) {
    Result<Application> outcome = Error::of(Code::internal, "not run");
    PSYS_TRY(writer_->visit(*target_, [&](SysctlTree& tree) {
      const auto plan = sysctl::make_plan(std::move(settings), tree);
      outcome = plan ? Result<Application>(sysctl::apply(*plan, tree))
                     : Result<Application>(std::unexpected(plan.error()));
    }));
    return outcome;
  }

  [[nodiscard]] std::string read(std::string_view name) {
    std::string value = "not read";
    const auto visited = writer_->visit(*target_, [&](SysctlTree& tree) {
      const auto found = tree.read(key_of(name));
      value = found ? sysctl::normalise(*found) : found.error().message;
    });
    return visited ? value : visited.error().message;
  }

  // True if some other legal value of the key was applied, and then the old one again.
  [[nodiscard]] bool takes_another_value(const SysctlKey& key) {
    const std::string before = read(key.name());
    const auto choices_name = sysctl::choices_key(key.name());
    const std::string choices = choices_name.empty() ? "" : read(choices_name);
    for (const std::string& value : sysctl::other_values(before, choices)) {
      if (!sysctl::check_value(key, value)) {
        continue;
      }
      const auto applied = put({Setting{key, value, {}, ""}});
      if (applied && !applied->failure && applied->settings[0].state == ApplyState::applied) {
        // An empty list cannot be asked for, only restored.
        const auto restored = before.empty() ? applied : put({Setting{key, before, {}, ""}});
        return restored && !restored->failure;
      }
    }
    return false;
  }

  std::optional<HostWatch> watch_;
  std::optional<SysctlWriter> writer_;
  std::optional<PodProcess> pod_;
  std::optional<Target> target_;
};

// What the probe calls writable can be written, by the way that podsysctl writes.
TEST_F(ApplyOnThisKernel, EveryPodWritableKeyTakesAnotherValue) {
  const auto report = sysctl::probe(sysctl::ProbeMode::active).value();
  std::size_t taken = 0;
  std::string stubborn;
  for (const sysctl::ProbedKey& probed : report.keys) {
    if (probed.settability != sysctl::Settability::pod_writable ||
        probed.scope == sysctl::Scope::user ||
        probed.note.find("no other value") != std::string::npos ||
        probed.key.name().ends_with(".stable_secret")) {  // cannot be read before it is set
      continue;
    }
    if (takes_another_value(probed.key)) {
      ++taken;
    } else {
      stubborn += " " + probed.key.name();
    }
  }
  EXPECT_GT(taken, 400U);
  EXPECT_EQ(stubborn, "");
}

TEST_F(ApplyOnThisKernel, ValuesThatNeedAnOrderAreRightEveryTime) {
  for (int round = 0; round < 50; ++round) {
    const bool lower = round % 2 == 0;
    std::vector<Setting> settings{
        want("net.ipv4.ip_local_port_range", lower ? "500 60999" : "32768 60999"),
        want("net.ipv4.ip_unprivileged_port_start", lower ? "400" : "1024"),
        want("net.ipv4.ip_forward", lower ? "0" : "1"),
        want("net.ipv4.conf.all.accept_redirects", lower ? "0" : "1"),
        want("net.ipv6.conf.all.disable_ipv6", lower ? "1" : "0"),
        want("net.ipv6.conf.default.disable_ipv6", "0"),
        want("net.ipv6.conf.lo.disable_ipv6", lower ? "0" : "1")};
    std::ranges::rotate(settings, settings.begin() + round % 7);
    const auto applied = put(settings);
    ASSERT_TRUE(applied) << applied.error().message;
    ASSERT_FALSE(applied->failure) << applied->failure->message;
    for (const Setting& setting : settings) {
      EXPECT_EQ(read(setting.key.name()), setting.value) << setting.key.name();
    }
  }
}

TEST_F(ApplyOnThisKernel, AnImpossiblePairIsRefusedBeforeAnythingIsWritten) {
  const auto applied =
      put({want("net.core.somaxconn", "1000"), want("net.ipv4.ip_unprivileged_port_start", "2048"),
           want("net.ipv4.ip_local_port_range", "1024 65535")});
  ASSERT_FALSE(applied);
  EXPECT_EQ(applied.error().code, Code::invalid_argument);
  EXPECT_THAT(applied.error().message, HasSubstr("net.ipv4.ip_unprivileged_port_start"));
  EXPECT_THAT(applied.error().message, HasSubstr("net.ipv4.ip_local_port_range"));
  EXPECT_NE(read("net.core.somaxconn"), "1000");
}

TEST_F(ApplyOnThisKernel, WhatTheKernelRefusesTakesAllBack) {
  const std::string somaxconn = read("net.core.somaxconn");
  const auto applied =
      put({want("net.core.somaxconn", "1000"), want("net.ipv4.ip_local_reserved_ports", "80,443"),
           want("net.ipv4.tcp_congestion_control", "no_such_algorithm")});
  ASSERT_TRUE(applied) << applied.error().message;
  ASSERT_TRUE(applied->failure);
  EXPECT_THAT(applied->failure->message, HasSubstr("net.ipv4.tcp_congestion_control"));
  EXPECT_NE(applied->failure->code, Code::partial_apply) << applied->failure->message;
  std::vector<ApplyState> states;
  for (const auto& setting : applied->settings) {
    states.push_back(setting.state);
  }
  EXPECT_THAT(states,
              ElementsAre(ApplyState::rolled_back, ApplyState::rolled_back, ApplyState::refused));
  EXPECT_EQ(read("net.core.somaxconn"), somaxconn);
  EXPECT_EQ(read("net.ipv4.ip_local_reserved_ports"), "");
}

// Reading it is EIO until it is set, and nothing unsets it.
TEST_F(ApplyOnThisKernel, AStableSecretIsSetWhereNoneWas) {
  const Setting secret = want("net.ipv6.conf.default.stable_secret", "2001:db8::1");
  const auto first = put({secret, want("net.ipv6.conf.lo.stable_secret", "2001:db8::2")});
  ASSERT_TRUE(first) << first.error().message;
  ASSERT_FALSE(first->failure) << first->failure->message;
  EXPECT_EQ(first->settings[0].state, ApplyState::applied);
  EXPECT_EQ(first->settings[0].previous, "");
  EXPECT_EQ(first->settings[0].effective, "2001:0db8:0000:0000:0000:0000:0000:0001");
  const auto again = put({secret});
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_EQ(again->settings[0].state, ApplyState::unchanged);
}

TEST_F(ApplyOnThisKernel, AStableSecretThatCannotBeTakenBackIsNamed) {
  const auto applied = put({want("net.core.somaxconn", "1000"),
                            want("net.ipv6.conf.default.stable_secret", "2001:db8::1"),
                            want("net.ipv4.tcp_congestion_control", "no_such_algorithm")});
  ASSERT_TRUE(applied) << applied.error().message;
  ASSERT_TRUE(applied->failure);
  EXPECT_EQ(applied->failure->code, Code::partial_apply);
  EXPECT_THAT(applied->failure->message,
              HasSubstr("could not be taken back: net.ipv6.conf.default.stable_secret (it had no "
                        "value"));
  EXPECT_EQ(applied->settings[0].state, ApplyState::rolled_back);
  EXPECT_NE(read("net.core.somaxconn"), "1000");
}

// conf.all has the file, but the kernel neither reads nor writes it.
TEST_F(ApplyOnThisKernel, WhatIsNoSecretIsRefused) {
  for (const auto& [key, value] : {std::pair{"net.ipv6.conf.all.stable_secret", "2001:db8::1"},
                                   {"net.ipv6.conf.default.stable_secret", "no-address"}}) {
    const auto applied = put({want(key, value)});
    ASSERT_TRUE(applied) << applied.error().message;
    ASSERT_TRUE(applied->failure) << key;
    EXPECT_EQ(applied->failure->sys_errno, EIO);
    EXPECT_THAT(applied->failure->message,
                HasSubstr("(the kernel keeps no value here, or not this one)"));
  }
}

TEST_F(ApplyOnThisKernel, KeysOfTheNodeAndOfOtherPlacesAreRefused) {
  struct Case {
    std::string_view key;
    Code code;
  };
  const std::vector<Case> cases{{"vm.swappiness", Code::not_namespaced},
                                {"kernel.core_pattern", Code::not_namespaced},
                                {"net.core.no_such_key", Code::not_found},
                                {"user.max_net_namespaces", Code::denied_by_policy}};
  for (const Case& c : cases) {
    const auto applied = put({want(c.key, "1")});
    const std::optional<Error> failure =
        applied ? applied->failure : std::optional(applied.error());
    ASSERT_TRUE(failure) << c.key;
    EXPECT_EQ(to_string(failure->code), to_string(c.code)) << failure->message;
  }
}

TEST_F(ApplyOnThisKernel, ReadOnlyAndHostOnlyKeysAreNotWritten) {
  const auto report = sysctl::probe(sysctl::ProbeMode::passive).value();
  for (const auto* const name : {"net.core.rmem_max", "net.netfilter.nf_conntrack_max"}) {
    if (sysctl::find(report, key_of(name)) == nullptr) {
      continue;  // its module is not loaded
    }
    const std::string other = read(name) == "4194304" ? "4194305" : "4194304";
    const auto applied = put({want(name, other)});
    const std::optional<Error> failure =
        applied ? applied->failure : std::optional(applied.error());
    ASSERT_TRUE(failure) << name;
    EXPECT_TRUE(failure->code == Code::permission || failure->code == Code::not_found)
        << failure->message;
  }
}

TEST_F(ApplyOnThisKernel, TheHostsNamespacesAreRefused) {
  for (const NamespaceKind kind : linux::kPodNamespaces) {
    Target target;
    auto& slot = kind == NamespaceKind::net   ? target.net
                 : kind == NamespaceKind::ipc ? target.ipc
                                              : target.uts;
    slot.emplace(linux::Namespace::own(kind).value());
    bool visited = false;
    const auto outcome = writer_->visit(target, [&](SysctlTree&) { visited = true; });
    ASSERT_FALSE(outcome);
    EXPECT_EQ(outcome.error().code, Code::denied_by_policy);
    EXPECT_THAT(outcome.error().message, HasSubstr(std::string(to_string(kind))));
    EXPECT_FALSE(visited);
  }
}

[[nodiscard]] std::vector<linux::NamespaceId> own_namespaces() {
  std::vector<linux::NamespaceId> ids;
  for (const NamespaceKind kind : linux::kPodNamespaces) {
    ids.push_back(linux::Namespace::own(kind).value().id());
  }
  return ids;
}

TEST_F(ApplyOnThisKernel, AThreadWithItsOwnWayInDoesTheWorkAndComesHome) {
  enter_pod({NamespaceKind::net, NamespaceKind::ipc, NamespaceKind::uts});
  const std::vector<linux::NamespaceId> home = own_namespaces();
  auto way_in = writer_->for_this_thread();
  ASSERT_TRUE(way_in) << way_in.error().message;
  std::vector<linux::NamespaceId> inside;
  const auto visited = way_in->visit(*target_, [&](SysctlTree& tree) {
    inside = own_namespaces();
    EXPECT_TRUE(tree.write(key_of("net.core.somaxconn"), "1001"));
    EXPECT_FALSE(tree.write(key_of("kernel.msgmax"), "nothing"));
  });
  ASSERT_TRUE(visited) << visited.error().message;
  EXPECT_THAT(inside,
              testing::ElementsAre(target_->net->id(), target_->ipc->id(), target_->uts->id()));
  EXPECT_EQ(own_namespaces(), home);
  EXPECT_EQ(read("net.core.somaxconn"), "1001");
}

TEST_F(ApplyOnThisKernel, AThreadWithItsOwnWayInIsKeptOutOfTheHost) {
  auto way_in = writer_->for_this_thread();
  ASSERT_TRUE(way_in) << way_in.error().message;
  Target target;
  target.net.emplace(linux::Namespace::own(NamespaceKind::net).value());
  bool visited = false;
  const auto outcome = way_in->visit(target, [&](SysctlTree&) { visited = true; });
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().code, Code::denied_by_policy);
  EXPECT_FALSE(visited);
}

TEST_F(ApplyOnThisKernel, SharedNamespacesAreNotWritten) {
  enter_pod({NamespaceKind::net});
  EXPECT_FALSE(put({want("net.core.somaxconn", "1000")})->failure);
  const auto applied = put({want("kernel.msgmax", "65535")});
  const std::optional<Error> failure = applied ? applied->failure : std::optional(applied.error());
  ASSERT_TRUE(failure);
  EXPECT_EQ(failure->code, Code::denied_by_policy);
}

// Gives the pod's loopback another name: the one interface that every namespace has.
Result<> rename_loopback(std::string_view name) {
  const linux::Fd socket = linux::Fd::adopt(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  ifreq request{};
  std::ranges::copy(std::string_view("lo"), request.ifr_name);
  std::ranges::copy(name, request.ifr_newname);
  if (::ioctl(socket.get(), SIOCSIFNAME, &request) < 0) {
    return Error::from_errno(errno, "rename lo to {}", name);
  }
  return {};
}

TEST_F(ApplyOnThisKernel, InterfaceNamesWithDotsAreReachedInEachSpelling) {
  enter_pod({NamespaceKind::net}, [] { return rename_loopback("eth0.100"); });
  int value = 1;
  for (const auto* const spelling :
       {"net.ipv4.conf.eth0/100.forwarding", "net/ipv4/conf/eth0.100/forwarding"}) {
    const auto applied = put({want(spelling, std::to_string(value))});
    ASSERT_TRUE(applied) << applied.error().message;
    ASSERT_FALSE(applied->failure) << applied->failure->message;
    EXPECT_EQ(read("net.ipv4.conf.eth0/100.forwarding"), std::to_string(value));
    value = 1 - value;
  }
}

// Kernels differ in what a user namespace hides: the probe says what may be asked for.
TEST_F(ApplyOnThisKernel, APodWithItsOwnUserNamespaceTakesWhatTheProbeSays) {
  enter_pod({NamespaceKind::user, NamespaceKind::net, NamespaceKind::ipc, NamespaceKind::uts});
  const auto report = sysctl::probe(sysctl::ProbeMode::passive).value();
  const std::vector<Setting> settings{want("net.core.somaxconn", "1000"),
                                      want("net.ipv4.tcp_fin_timeout", "33"),
                                      want("net.ipv4.ip_forward", "1"),
                                      want("kernel.msgmax", "65535"),
                                      want("kernel.sem", "32000 1024000000 500 31000"),
                                      want("fs.mqueue.msg_max", "100"),
                                      want("kernel.domainname", "example.org"),
                                      want("user.max_net_namespaces", "7")};
  int writable = 0;
  for (const Setting& setting : settings) {
    const auto* const probed = sysctl::find(report, setting.key);
    ASSERT_NE(probed, nullptr) << setting.key.name();
    const auto applied = put({setting});
    const std::optional<Error> failure =
        applied ? applied->failure : std::optional(applied.error());
    if (probed->in_user_namespace == sysctl::Settability::pod_writable) {
      ++writable;
      EXPECT_FALSE(failure) << failure->message;
      EXPECT_EQ(read(setting.key.name()), setting.value) << setting.key.name();
    } else {
      EXPECT_TRUE(failure) << setting.key.name();
    }
  }
  EXPECT_GE(writable, 4);
}

}  // namespace
}  // namespace podsysctl::kernel_test
