// SPDX-License-Identifier: Apache-2.0
// The wrapper in front of a script that keeps a list of how it was called and names the test's
// process as the container's.
#include "oci/runtime.h"

#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "linux/file.h"
#include "oci/runtime_log.h"
#include "oci/testing.h"

namespace podsysctl::oci {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

TEST(RuntimeLog, IsWrittenAsRuncWritesIt) {
  const Timestamp time{std::chrono::seconds{1'800'000'000}};
  EXPECT_EQ(log_line("json", Severity::error, "a \"b\"\n", time),
            "{\"level\":\"error\",\"msg\":\"a \\\"b\\\"\\n\",\"time\":\"2027-01-15T08:00:00Z\"}\n");
  EXPECT_EQ(log_line("text", Severity::warning, "a b", time),
            "time=\"2027-01-15T08:00:00Z\" level=warning msg=\"a b\"\n");
  EXPECT_FALSE(append_to_log("", "x").value());
  EXPECT_FALSE(append_to_log("journald:c", "x").value());
}

class Wrapper : public ContainerTest {
 protected:
  void SetUp() override {
    ContainerTest::SetUp();
    if (IsSkipped()) {
      return;
    }
    script(fmt::format("[ -z \"$pid_file\" ] || echo {} >\"$pid_file\"\n", child()));
  }

  // `body` runs after every call was noted, with $verb and $pid_file.
  void script(std::string_view body) const {
    ASSERT_TRUE(linux::write_file(
                    program(),
                    fmt::format("#!/bin/sh\necho \"$*\" >>{0}/calls\n"
                                "cp {1}/config.json {0}/seen.json\n"
                                "for word; do\n"
                                "  [ \"$before\" != --pid-file ] || pid_file=$word\n"
                                "  case $word in create|delete|run|state) verb=$word ;; esac\n"
                                "  before=$word\ndone\n{2}",
                                folder(), bundle(), body),
                    0755)
                    .has_value());
  }

  // In a child process, since it may become the runtime.
  int call(std::vector<std::string> words) const {
    words.insert(words.begin(),
                 {"--podsysctl-runtime", program(), "--podsysctl-policy-dir=" + policies(), "--log",
                  folder() + "/log", "--log-format", "json"});
    const pid_t caller = ::fork();
    if (caller == 0) {
      const RuntimeAnswer answer =
          run_runtime(words, [](const std::string&) { return std::nullopt; }, SystemClock());
      (void)linux::write_file(folder() + "/err", answer.err).has_value();
      ::_exit(answer.exit_code);
    }
    int status = 0;
    ::waitpid(caller, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }
  int create() const { return call({"create", "--bundle", bundle(), "c1"}); }

  [[nodiscard]] std::string program() const { return folder() + "/runtime"; }
  [[nodiscard]] std::string text(const std::string& name) const {
    return linux::read_file(folder() + "/" + name).value_or("");
  }
};

TEST_F(Wrapper, BecomesTheRuntimeWhereThereIsNothingToDo) {
  write_config("", R"({"net.ipv4.ip_unprivileged_port_start":"0"})");
  EXPECT_EQ(create(), 0);
  EXPECT_EQ(call({"state", "c1"}), 0);
  EXPECT_EQ(text("calls"), fmt::format("--log {0}/log --log-format json create --bundle {1} c1\n"
                                       "--log {0}/log --log-format json state c1\n",
                                       folder(), bundle()));
  EXPECT_THAT(text("err"), IsEmpty());
}

TEST_F(Wrapper, PassesTheRuntimesExitCodeOn) {
  script("exit 7\n");
  EXPECT_EQ(call({"kill", "c1"}), 7);
  allow("{name: net.core.somaxconn}");
  write_config("net.core.somaxconn = 4321");
  EXPECT_EQ(create(), 7);
  EXPECT_THAT(text("calls"), Not(HasSubstr("delete")));
}

TEST_F(Wrapper, PutsIntoEffectAfterCreate) {
  allow("{name: net.core.somaxconn}");
  write_config("net.core.somaxconn = 4321",
               R"({"net.core.somaxconn":"777","kernel.msgmax":"9001"})");
  ASSERT_EQ(create(), 0) << text("err");
  EXPECT_EQ(value("net/core/somaxconn"), "4321") << "the container's annotation wins";
  EXPECT_EQ(value("kernel/msgmax"), "9001") << "what the runtime should have written is verified";
  EXPECT_FALSE(std::filesystem::exists(bundle() + "/.podsysctl.pid"));
}

TEST_F(Wrapper, WritesPairsInOrderInTheRuntimesPlace) {
  write_config("", R"({"net.ipv4.ip_local_port_range":"500 60999","net.core.somaxconn":"5",
                       "net.ipv4.ip_unprivileged_port_start":"400"})");
  const std::string before = linux::read_file(bundle() + "/config.json").value();
  ASSERT_EQ(create(), 0) << text("err");
  EXPECT_THAT(text("seen.json"), Not(HasSubstr("ip_local_port_range")));
  EXPECT_THAT(text("seen.json"), Not(HasSubstr("ip_unprivileged_port_start")));
  EXPECT_THAT(text("seen.json"), HasSubstr("net.core.somaxconn"));
  EXPECT_EQ(linux::read_file(bundle() + "/config.json").value(), before);
  EXPECT_EQ(value("net/ipv4/ip_local_port_range"), "500\t60999");
  EXPECT_EQ(value("net/ipv4/ip_unprivileged_port_start"), "400");
}

TEST_F(Wrapper, FindsTheDescriptionThatAKilledOneLeft) {
  const std::string pair = R"({"net.ipv4.ip_local_port_range":"500 60999",
                               "net.ipv4.ip_unprivileged_port_start":"400"})";
  write_config("", pair);
  const std::string before = linux::read_file(bundle() + "/config.json").value();
  script("kill -9 $PPID\n");
  EXPECT_EQ(create(), -1);
  EXPECT_NE(linux::read_file(bundle() + "/config.json").value(), before);
  script(fmt::format("[ -z \"$pid_file\" ] || echo {} >\"$pid_file\"\n", child()));
  ASSERT_EQ(create(), 0) << text("err");
  EXPECT_EQ(value("net/ipv4/ip_local_port_range"), "500\t60999");
  EXPECT_EQ(linux::read_file(bundle() + "/config.json").value(), before);
  EXPECT_FALSE(std::filesystem::exists(bundle() + "/config.json.podsysctl"));
}

TEST_F(Wrapper, TakesADescriptionThatWasWrittenSinceItWasKilled) {
  write_config("", R"({"net.ipv4.ip_local_port_range":"500 60999",
                       "net.ipv4.ip_unprivileged_port_start":"400"})");
  script("kill -9 $PPID\n");
  EXPECT_EQ(create(), -1);
  write_config("", R"({"net.core.somaxconn":"777"})");
  script(fmt::format("[ -z \"$pid_file\" ] || echo {} >\"$pid_file\"\n", child()));
  ASSERT_EQ(create(), 0) << text("err");
  EXPECT_EQ(value("net/core/somaxconn"), "777");
  EXPECT_NE(value("net/ipv4/ip_local_port_range"), "500\t60999");
  EXPECT_FALSE(std::filesystem::exists(bundle() + "/config.json.podsysctl"));
}

TEST_F(Wrapper, RefusesBeforeAnythingIsMade) {
  write_config("net.core.somaxconn = 4321");
  EXPECT_EQ(create(), 1);
  EXPECT_THAT(text("calls"), IsEmpty());
  EXPECT_THAT(text("log"),
              StartsWith("{\"level\":\"error\",\"msg\":\"container c1: SysctlForbidden: "
                         "forbidden sysctl: \\\"net.core.somaxconn\\\""));
  EXPECT_THAT(text("err"), HasSubstr("podsysctl-runtime: container c1: SysctlForbidden"));
}

TEST_F(Wrapper, DeletesWhatCannotHaveItsValues) {
  write_config("", R"({"net.core.no_such_key":"1"})");
  EXPECT_EQ(create(), 1);
  EXPECT_THAT(text("calls"), HasSubstr("json delete --force c1\n"));
  EXPECT_THAT(text("log"), HasSubstr("SysctlNotApplied: "));
  EXPECT_THAT(text("log"), HasSubstr("net.core.no_such_key"));
}

TEST_F(Wrapper, SaysIfItCannotDelete) {
  script(fmt::format(
      "[ $verb = create ] || {{ echo not today >&2; exit 1; }}\necho {} >\"$pid_file\"\n",
      child()));
  write_config("", R"({"net.core.no_such_key":"1"})");
  EXPECT_EQ(create(), 1);
  EXPECT_THAT(text("err"), HasSubstr("the container is not deleted: \"not today\""));
}

TEST_F(Wrapper, StartsWithoutWherePoliciesAreLenient) {
  allow("{name: net.core.*}", "  onForbidden: Warn\n");
  write_config("net.core.no_such_key = 1", R"({"net.core.somaxconn":"777"})");
  ASSERT_EQ(create(), 0) << text("err");
  EXPECT_THAT(text("log"), HasSubstr("\"level\":\"warning\",\"msg\":\"SysctlNotApplied: "));
  EXPECT_EQ(value("net/core/somaxconn"), "777") << "the runtime's own are not given up";
}

TEST_F(Wrapper, RefusesToRunWhatItCannotHalt) {
  write_config("", R"({"net.core.somaxconn":"777"})");
  EXPECT_EQ(call({"run", "--bundle", bundle(), "c1"}), 1);
  EXPECT_THAT(text("err"), HasSubstr("use `create` and `start`"));
  EXPECT_THAT(text("calls"), IsEmpty());
}

TEST_F(Wrapper, LeavesABundleWithoutADescriptionToTheRuntime) {
  script("echo no config.json; exit 3\n");
  EXPECT_EQ(create(), 3);
}

TEST_F(Wrapper, NeverReachesTheHost) {
  write_config("", R"({"net.ipv4.tcp_syncookies":"1"})",
               fmt::format(R"([{{"type":"network","path":"/proc/{}/ns/net"}},{{"type":"ipc"}}])",
                           ::getpid()));
  EXPECT_EQ(create(), 1);
  EXPECT_THAT(text("err"), HasSubstr("not allowed in host network namespace"));
  EXPECT_THAT(text("calls"), IsEmpty());
}

}  // namespace
}  // namespace podsysctl::oci
