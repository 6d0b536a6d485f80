// SPDX-License-Identifier: Apache-2.0
#include "enforce/enforce.h"

#include <sched.h>
#include <signal.h>
#include <unistd.h>

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "enforce/judge.h"
#include "linux/process.h"
#include "linux/spawn.h"

namespace podsysctl::enforce {
namespace {

using sysctl::ApplyState;
using sysctl::Origin;
using sysctl::Setting;

Setting setting(std::string_view name, std::string value,
                Origin::Kind kind = Origin::Kind::manifest) {
  return {*sysctl::SysctlKey::parse(name), std::move(value), Origin{kind, "pod.yaml", 8, 7}, ""};
}

policy::Allowlist allowlist(const std::vector<std::string>& patterns) {
  return *policy::Allowlist::create(policy::KubernetesVersion::newest(), patterns,
                                    policy::KernelVersion(6, 1));
}

struct JudgeCase {
  const char* name;
  const char* key;
  const char* value;
  const char* patterns;
  Door door;
  policy::NamespaceMode net;
  const char* message;  // of the first offender; "" where allowed
};

class Judge : public testing::TestWithParam<JudgeCase> {};

constexpr auto kPod = policy::NamespaceMode::pod;
constexpr auto kHost = policy::NamespaceMode::host;
constexpr auto kJoined = policy::NamespaceMode::joined;

INSTANTIATE_TEST_SUITE_P(
    Cases, Judge,
    testing::ValuesIn(std::vector<JudgeCase>{
        {"safe", "net.ipv4.tcp_syncookies", "1", "", Door::manifest, kPod, ""},
        {"listed", "net.core.somaxconn", "65535", "net.*", Door::manifest, kPod, ""},
        {"unlisted", "net.core.somaxconn", "65535", "", Door::manifest, kPod,
         "forbidden sysctl: \"net.core.somaxconn\" not allowlisted"},
        {"listed_bad_value", "net.core.somaxconn", "many", "net.*", Door::manifest, kPod,
         "invalid value \"many\" of net.core.somaxconn"},
        {"host_network", "net.core.somaxconn", "65535", "net.*", Door::manifest, kHost,
         "spec.securityContext.sysctls[0].name: Invalid value: \"net.core.somaxconn\": may not be "
         "specified when 'hostNetwork' is true"},
        {"flag_needs_no_list", "net.core.somaxconn", "65535", "", Door::flags, kPod, ""},
        {"flag_domainname", "kernel.domainname", "x", "", Door::flags, kPod, ""},
        {"flag_node_key", "vm.swappiness", "1", "", Door::flags, kPod,
         "sysctl 'vm.swappiness=1' is not allowed"},
        {"flag_hostname", "kernel.hostname", "x", "", Door::flags, kPod,
         "sysctl \"kernel.hostname\" is not allowed as it conflicts with the OCI \"hostname\" "
         "field"},
        {"flag_host_network", "net.core.somaxconn", "1", "", Door::flags, kHost,
         "sysctl \"net.core.somaxconn\" not allowed in host network namespace"},
        {"flag_joined_network", "net.core.somaxconn", "1", "", Door::flags, kJoined,
         "sysctl \"net.core.somaxconn\" would change the container whose network namespace is "
         "joined"},
        {"flag_joined_ipc", "kernel.msgmax", "1", "", Door::flags, kJoined,
         "sysctl \"kernel.msgmax\" would change the container whose ipc namespace is joined"},
    }),
    [](const auto& tested) { return tested.param.name; });

TEST_P(Judge, SaysWhatUpstreamSays) {
  const JudgeCase& c = GetParam();
  std::vector<std::string> patterns;
  if (*c.patterns != '\0') {
    patterns.emplace_back(c.patterns);
  }
  const policy::Allowlist list = allowlist(patterns);
  const std::vector<Setting> settings{setting(c.key, c.value)};
  const auto rejection =
      judge(settings, {.door = c.door, .host = {.net = c.net, .ipc = c.net}, .allowlist = list});
  if (*c.message == '\0') {
    EXPECT_FALSE(rejection) << rejection->message;
  } else {
    ASSERT_TRUE(rejection);
    EXPECT_THAT(rejection->message, testing::StartsWith(c.message));
  }
}

TEST(JudgeTest, LeakyKernelIsRefused) {
  const policy::Allowlist list = allowlist({"net.*"});
  const std::vector<Setting> settings{setting("net.netfilter.nf_conntrack_max", "65536")};
  const auto rejection =
      judge(settings, {.allowlist = list, .kernel = sysctl::KernelVersion{5, 10, 1}});
  ASSERT_TRUE(rejection);
  EXPECT_EQ(
      rejection->message,
      "forbidden sysctl: \"net.netfilter.nf_conntrack_max\" leaks to the host on this kernel");
  EXPECT_FALSE(judge(settings, {.allowlist = list, .kernel = sysctl::KernelVersion{6, 1, 0}}));
}

// A process in namespaces of its own.
class EnforceTest : public testing::Test {
 protected:
  void SetUp() override {
    if (::geteuid() != 0) {
      GTEST_SKIP() << "joining another process's namespaces needs root";
    }
    auto pipe = linux::make_pipe();
    ASSERT_TRUE(pipe);
    linux::Command command{.program = "unshare",
                           .args = {"-n", "-i", "-u", "sh", "-c", "echo; exec sleep 600"}};
    command.stdout_fd = pipe->write_end.ref();
    command.death_signal = SIGKILL;
    const auto child = linux::start(command);
    ASSERT_TRUE(child) << child.error().message;
    child_ = *child;
    char ready = 0;
    ASSERT_EQ(::read(pipe->read_end.get(), &ready, 1), 1);
    auto target = sysctl::Target::of_process(child_, *linux::HostNamespaces::read());
    ASSERT_TRUE(target) << target.error().message;
    target_.emplace(*std::move(target));
  }
  void TearDown() override {
    if (child_ > 0) {
      ::kill(child_, SIGKILL);
      EXPECT_TRUE(linux::wait_for_child(child_));
    }
  }
  pid_t child_ = 0;
  std::optional<sysctl::Target> target_;
};

TEST_F(EnforceTest, WritesReadsBackAndLeavesEqualValues) {
  auto writer = sysctl::SysctlWriter::open();
  ASSERT_TRUE(writer) << writer.error().message;
  const std::vector<Setting> settings{setting("net.core.somaxconn", "65535"),
                                      setting("kernel.shm_rmid_forced", "0"),
                                      setting("kernel.domainname", "example")};
  const auto application = enforce(settings, *target_, *writer);
  ASSERT_FALSE(application.failure) << application.failure->message;
  ASSERT_EQ(application.settings.size(), 3U);
  EXPECT_EQ(application.settings[0].effective, "65535");
  EXPECT_EQ(application.settings[0].state, ApplyState::applied);
  EXPECT_EQ(application.settings[1].state, ApplyState::unchanged);
  EXPECT_EQ(application.settings[2].effective, "example");
}

TEST_F(EnforceTest, FailureTakesBackWhatWasWritten) {
  auto writer = sysctl::SysctlWriter::open();
  ASSERT_TRUE(writer);
  const std::vector<Setting> settings{setting("net.core.somaxconn", "1234"),
                                      setting("net.ipv4.tcp_congestion_control", "nosuch")};
  const auto application = enforce(settings, *target_, *writer);
  ASSERT_TRUE(application.failure);
  EXPECT_THAT(application.failure->message,
              testing::StartsWith("set net.ipv4.tcp_congestion_control to \"nosuch\": "));
  EXPECT_EQ(application.settings[0].state, ApplyState::rolled_back);
  EXPECT_EQ(application.settings[0].effective, application.settings[0].previous);
  EXPECT_EQ(application.settings[1].state, ApplyState::refused);
}

TEST_F(EnforceTest, SaysWhatWillBeReplacedBeforeItIs) {
  // On this thread, which comes back.
  auto writer = sysctl::SysctlWriter::open_here(*linux::HostNamespaces::read());
  ASSERT_TRUE(writer) << writer.error().message;
  const std::vector<Setting> settings{setting("net.core.somaxconn", "1234")};
  std::string previous;
  const auto refused = enforce(settings, *target_, *writer, [&](sysctl::Plan& plan) -> Result<> {
    previous = plan.steps.at(0).previous;
    return Error::of(Code::unavailable, "no place");
  });
  ASSERT_TRUE(refused.failure);
  EXPECT_EQ(refused.failure->message, "no place");
  EXPECT_EQ(refused.settings.at(0).state, ApplyState::refused);
  const auto done = enforce(settings, *target_, *writer, [&](sysctl::Plan& plan) -> Result<> {
    EXPECT_EQ(plan.steps.at(0).previous, previous);
    return {};
  });
  EXPECT_FALSE(done.failure);
  EXPECT_EQ(done.settings.at(0).effective, "1234");
  EXPECT_NE(linux::Namespace::own(linux::NamespaceKind::net)->id(), target_->net->id());
}

TEST_F(EnforceTest, AsksAlsoWhereThereAreNoSettings) {
  auto writer = sysctl::SysctlWriter::open();
  ASSERT_TRUE(writer);
  int asked = 0;
  const auto application = enforce({}, *target_, *writer, [&](sysctl::Plan&) -> Result<> {
    ++asked;
    return {};
  });
  EXPECT_FALSE(application.failure);
  EXPECT_EQ(asked, 1);
}

TEST_F(EnforceTest, TheHostIsNeverATarget) {
  auto writer = sysctl::SysctlWriter::open();
  ASSERT_TRUE(writer);
  const auto own = sysctl::Target::of_process(::getpid(), *linux::HostNamespaces::read());
  ASSERT_TRUE(own);
  EXPECT_FALSE(own->net);
  sysctl::Target forged;
  forged.net.emplace(*linux::Namespace::own(linux::NamespaceKind::net));
  const auto application = enforce({setting("net.core.somaxconn", "1")}, forged, *writer);
  ASSERT_TRUE(application.failure);
  EXPECT_EQ(application.failure->code, Code::denied_by_policy);
  EXPECT_EQ(application.failure->message,
            "the net namespace is the host's: its sysctls are never written");
}

}  // namespace
}  // namespace podsysctl::enforce
