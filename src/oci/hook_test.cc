// SPDX-License-Identifier: Apache-2.0
#include "oci/hook.h"

#include <unistd.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "linux/file.h"
#include "oci/testing.h"

namespace podsysctl::oci {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

TEST(HookOptions, AreAStageAndAFolder) {
  using Words = std::vector<std::string>;
  const auto options = parse_hook_options(Words{"--policy-dir=/p", "poststart"});
  ASSERT_TRUE(options.has_value());
  EXPECT_EQ(options->stage, Stage::poststart);
  EXPECT_EQ(options->policy_folder, "/p");
  EXPECT_FALSE(parse_hook_options(Words{}).value().stage.has_value());
  for (const char* word : {"prestart", "--policy-dir=", "--help"}) {
    const auto refused = parse_hook_options(Words{word});
    ASSERT_FALSE(refused.has_value());
    EXPECT_EQ(refused.error().code, Code::invalid_argument);
    EXPECT_THAT(refused.error().message, HasSubstr("usage: podsysctl-hook"));
  }
}

class Hook : public ContainerTest {
 protected:
  [[nodiscard]] HookAnswer call(std::optional<Stage> stage, std::string_view status) const {
    return run_hook(
        {stage, policies()},
        fmt::format(R"({{"id":"0123456789abcdef","status":"{}","pid":{},"bundle":"{}"}})", status,
                    child(), bundle()));
  }
};

TEST_F(Hook, PutsIntoEffectWhatAPolicyAllows) {
  allow("{name: net.core.somaxconn, max: 5000}, {name: kernel.msgmax}");
  write_config("net.core.somaxconn = 4321\nkernel.msgmax = 9000");
  const HookAnswer answer = call(Stage::create_runtime, "creating");
  ASSERT_EQ(answer.exit_code, 0) << answer.err;
  EXPECT_THAT(answer.err, IsEmpty());
  EXPECT_EQ(value("net/core/somaxconn"), "4321");
  EXPECT_EQ(value("kernel/msgmax"), "9000");
}

TEST_F(Hook, RefusesTheRestWithAReasonAndAWayOut) {
  const std::string before = value("net/core/somaxconn");
  write_config("net.core.somaxconn = 4321");
  const HookAnswer answer = call(std::nullopt, "creating");
  EXPECT_EQ(answer.exit_code, 1);
  EXPECT_THAT(answer.err,
              HasSubstr("podsysctl-hook: container 0123456789ab: SysctlForbidden: "
                        "forbidden sysctl: \"net.core.somaxconn\" not allowlisted; hint: "));
  EXPECT_EQ(value("net/core/somaxconn"), before);
}

TEST_F(Hook, StartsWithoutWherePoliciesAreLenient) {
  allow("{name: net.core.somaxconn, max: 10}", "  onForbidden: Degrade\n");
  write_config("net.core.somaxconn = 4321\nnet.ipv4.tcp_syncookies = 0");
  const HookAnswer answer = call(std::nullopt, "created");
  EXPECT_EQ(answer.exit_code, 0);
  EXPECT_THAT(answer.err, HasSubstr("net.core.somaxconn"));
  EXPECT_EQ(value("net/ipv4/tcp_syncookies"), "0");
}

TEST_F(Hook, PutsRightWhatTheRuntimeHasOverwritten) {
  allow("{name: net.core.somaxconn}");
  write_config("net.core.somaxconn = 4321", R"({"net.core.somaxconn":"777"})");
  const HookAnswer answer = call(Stage::poststart, "created");
  ASSERT_EQ(answer.exit_code, 0) << answer.err;
  EXPECT_EQ(value("net/core/somaxconn"), "4321");
}

TEST_F(Hook, LeavesAStartedContainerAloneIfTheRuntimeWroteNothing) {
  allow("{name: net.core.somaxconn}");
  write_config("net.core.somaxconn = 4321");
  const std::string before = value("net/core/somaxconn");
  EXPECT_EQ(call(Stage::poststart, "created").exit_code, 0);
  EXPECT_EQ(call(std::nullopt, "running").exit_code, 0);
  EXPECT_EQ(value("net/core/somaxconn"), before);
}

TEST_F(Hook, LetsTheConfigWinOverProfilesThatSelect) {
  allow("{name: net.core.*}",
        "---\napiVersion: podsysctl.io/v1alpha1\nkind: SysctlProfile\nmetadata: {name: all}\n"
        "spec:\n  match: {}\n  settings:\n  - {name: net.core.somaxconn, value: '99'}\n"
        "  - {name: net.ipv4.ip_unprivileged_port_start, value: '80'}\n");
  write_config("", R"({"net.core.somaxconn":"777","net.ipv4.ip_unprivileged_port_start":"0"})");
  const std::string before = value("net/core/somaxconn");
  const HookAnswer answer = call(Stage::create_runtime, "creating");
  ASSERT_EQ(answer.exit_code, 0) << answer.err;
  EXPECT_EQ(value("net/core/somaxconn"), before) << "the runtime writes it";
  EXPECT_EQ(value("net/ipv4/ip_unprivileged_port_start"), "80") << "over a manager's default";
}

TEST_F(Hook, NeverReachesTheHost) {
  allow("{name: net.ipv4.tcp_syncookies}");
  write_config("net.ipv4.tcp_syncookies = 1", "{}", R"([{"type":"ipc"}])");
  const HookAnswer answer = call(std::nullopt, "creating");
  EXPECT_EQ(answer.exit_code, 1);
  EXPECT_THAT(answer.err, HasSubstr("net.ipv4.tcp_syncookies"));
  // The description says that there is a network of its own, and the process sits in the host's.
  write_config("net.ipv4.tcp_syncookies = 1");
  const HookAnswer lied =
      run_hook({std::nullopt, policies()},
               fmt::format(R"({{"id":"c","status":"creating","pid":{},"bundle":"{}"}})", ::getpid(),
                           bundle()));
  EXPECT_EQ(lied.exit_code, 1);
  EXPECT_THAT(lied.err, HasSubstr("the net namespace is the host's"));
}

TEST_F(Hook, DoesNotChangeTheContainerThatIsJoined) {
  allow("{name: net.core.somaxconn}");
  const std::string place = fmt::format("/proc/{}/ns/net", child());
  write_config("net.core.somaxconn = 4321", "{}",
               fmt::format(R"([{{"type":"network","path":"{}"}},{{"type":"ipc"}}])", place));
  const HookAnswer answer = call(std::nullopt, "creating");
  EXPECT_EQ(answer.exit_code, 1);
  EXPECT_THAT(answer.err, HasSubstr("would change the container whose namespace is joined; hint: "
                                    "ask for it on that container"));
}

TEST_F(Hook, SaysWhatItCannotRead) {
  const HookAnswer no_state = run_hook({std::nullopt, policies()}, "{");
  EXPECT_EQ(no_state.exit_code, 1);
  EXPECT_THAT(no_state.err, HasSubstr("podsysctl-hook: container state"));
  const HookAnswer no_config = call(std::nullopt, "creating");
  EXPECT_EQ(no_config.exit_code, 1);
  EXPECT_THAT(no_config.err, HasSubstr("bundle/config.json"));
}

TEST_F(Hook, WithBrokenPoliciesHoldsUpOnlyThoseWhoAsk) {
  allow("{nme: x}");
  write_config("net.ipv4.tcp_syncookies = 0");
  EXPECT_EQ(call(std::nullopt, "creating").exit_code, 1);
  write_config("");
  const HookAnswer answer = call(std::nullopt, "creating");
  EXPECT_EQ(answer.exit_code, 0);
  EXPECT_THAT(answer.err, HasSubstr("policies are not read"));
}

}  // namespace
}  // namespace podsysctl::oci
