// SPDX-License-Identifier: Apache-2.0
// The plugin in a network namespace of a child's. Needs root.
#include "cni/plugin.h"

#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "linux/file.h"

namespace podsysctl::cni {
namespace {

using ::testing::HasSubstr;

class Plugin : public ::testing::Test {
 protected:
  void SetUp() override {
    if (::geteuid() != 0) {
      GTEST_SKIP() << "network namespaces need root";
    }
    std::string pattern = (std::filesystem::temp_directory_path() / "psys-cni-XXXXXX").string();
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    folder_ = pattern;
    int ready[2];
    ASSERT_EQ(::pipe(ready), 0);
    child_ = ::fork();
    if (child_ == 0) {
      ::prctl(PR_SET_PDEATHSIG, SIGKILL);
      const char answer = ::unshare(CLONE_NEWNET) == 0 ? 'y' : 'n';
      (void)!::write(ready[1], &answer, 1);
      ::pause();
      ::_exit(0);
    }
    char answer = 'n';
    ASSERT_EQ(::read(ready[0], &answer, 1), 1);
    ::close(ready[0]);
    ::close(ready[1]);
    if (answer != 'y') {
      GTEST_SKIP() << "no network namespace can be made here";
    }
    netns_ = "/proc/" + std::to_string(child_) + "/ns/net";
  }
  void TearDown() override {
    if (child_ > 0) {
      ::kill(child_, SIGKILL);
      ::waitpid(child_, nullptr, 0);
    }
    if (!folder_.empty()) {
      std::filesystem::remove_all(folder_);
    }
  }

  void allow(std::string_view allowed) const {
    ASSERT_TRUE(linux::make_directories(folder_ + "/policy.d").has_value());
    ASSERT_TRUE(linux::write_file(folder_ + "/policy.d/p.yaml",
                                  "apiVersion: podsysctl.io/v1alpha1\nkind: SysctlPolicy\n"
                                  "metadata: {name: p}\nspec:\n  match: {namespaces: [team-a]}\n"
                                  "  allowed: [" +
                                      std::string(allowed) + "]\n")
                    .has_value());
  }

  [[nodiscard]] Answer call(const std::string& command, const std::string& annotation,
                            const std::string& more = "") const {
    json::Value config = {{"cniVersion", "1.1.0"},
                          {"name", "net"},
                          {"type", "podsysctl-cni"},
                          {"dataDir", folder_ + "/data"},
                          {"policyDir", folder_ + "/policy.d"},
                          {"prevResult", {{"cniVersion", "1.1.0"}, {"ips", json::Value::array()}}}};
    if (!annotation.empty()) {
      config["runtimeConfig"]["io.kubernetes.cri.pod-annotations"]["podsysctl.io/sysctls"] =
          annotation;
    }
    if (!more.empty()) {
      config.update(json::Value::parse(more));
    }
    return run(
        [&](const std::string& name) -> std::optional<std::string> {
          const std::map<std::string, std::string> values{
              {"CNI_COMMAND", command},
              {"CNI_CONTAINERID", "c1"},
              {"CNI_NETNS", netns_},
              {"CNI_IFNAME", "lo"},
              {"CNI_ARGS", "K8S_POD_NAMESPACE=team-a;K8S_POD_NAME=web"}};
          const auto found = values.find(name);
          return found == values.end() ? std::nullopt : std::optional(found->second);
        },
        json::dump(config));
  }

  [[nodiscard]] std::string value(const std::string& path) const {
    int ends[2];
    EXPECT_EQ(::pipe(ends), 0);
    const pid_t reader = ::fork();
    if (reader == 0) {
      const auto ns = linux::open_file(netns_, 0);
      std::string text = "failed";
      if (ns && ::setns(ns->get(), CLONE_NEWNET) == 0) {
        text = linux::read_file("/proc/sys/" + path).value_or("none");
      }
      (void)!::write(ends[1], text.data(), text.size());
      ::_exit(0);
    }
    ::close(ends[1]);
    std::string text(256, '\0');
    const ssize_t got = ::read(ends[0], text.data(), text.size());
    ::close(ends[0]);
    ::waitpid(reader, nullptr, 0);
    text.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
    while (text.ends_with('\n')) {
      text.pop_back();
    }
    return text;
  }

  static int code_of(const Answer& answer) {
    return json::Value::parse(answer.out).value("code", 0);
  }

  std::string folder_;
  std::string netns_;
  pid_t child_ = -1;
};

TEST_F(Plugin, SetsChecksAndTakesBack) {
  allow("{name: net.core.somaxconn, max: 5000}, {name: net.ipv4.tcp_rmem}");
  const std::string before = value("net/core/somaxconn");
  const std::string wish = "net.core.somaxconn = 4321\nnet.ipv4.tcp_rmem = 4096 131072 6000000";
  const Answer added = call("ADD", wish);
  ASSERT_EQ(added.exit_code, 0) << added.out << added.err;
  EXPECT_EQ(json::Value::parse(added.out)["cniVersion"], "1.1.0");
  EXPECT_EQ(value("net/core/somaxconn"), "4321");
  const Answer checked = call("CHECK", wish);  // the kernel prints tabs where blanks were written
  EXPECT_EQ(checked.exit_code, 0) << checked.out;
  EXPECT_EQ(checked.out, "");
  EXPECT_EQ(call("DEL", wish).exit_code, 0);
  EXPECT_EQ(value("net/core/somaxconn"), before);
  EXPECT_EQ(call("DEL", wish).exit_code, 0);
  EXPECT_TRUE(std::filesystem::is_empty(folder_ + "/data"));
}

TEST_F(Plugin, RefusesWhatNoPolicyAllows) {
  const Answer answer = call("ADD", "net.core.somaxconn = 4321");
  EXPECT_EQ(answer.exit_code, 1);
  EXPECT_EQ(code_of(answer), 100);
  EXPECT_THAT(answer.out, HasSubstr("SysctlForbidden: forbidden sysctl: \\\"net.core.somaxconn\\\" "
                                    "not allowlisted"));
  EXPECT_NE(value("net/core/somaxconn"), "4321");
}

TEST_F(Plugin, HoldsTheNetworksConfigurationAgainstThePoliciesToo) {
  const std::string tuning = R"({"sysctl":{"net.ipv4.conf.IFNAME.forwarding":"1"}})";
  EXPECT_EQ(code_of(call("ADD", "", tuning)), 100);
  allow("{name: net.ipv4.conf.*.forwarding}");
  const Answer answer = call("ADD", "", tuning);
  ASSERT_EQ(answer.exit_code, 0) << answer.out;
  EXPECT_EQ(value("net/ipv4/conf/lo/forwarding"), "1");
}

TEST_F(Plugin, TakesNoWayOutOfNet) {
  allow("{name: '*'}");
  for (const char* key : {"vm.swappiness", "kernel.msgmax", "net/../vm/swappiness"}) {
    const Answer answer = call("ADD", "", std::string(R"({"sysctl":{")") + key + R"(":"1"}})");
    EXPECT_EQ(code_of(answer), 7) << answer.out;
  }
}

TEST_F(Plugin, RefusesTheHostsNamespaceBeforeAnyWrite) {
  netns_ = "/proc/self/ns/net";
  const Answer answer = call("ADD", "net.ipv4.tcp_syncookies = 1");
  EXPECT_EQ(code_of(answer), 8) << answer.out;
  EXPECT_EQ(call("DEL", "").exit_code, 0);
}

TEST_F(Plugin, SaysWhatDiffers) {
  const std::string wish = "net.ipv4.tcp_fin_timeout = 30";
  ASSERT_EQ(call("ADD", wish).exit_code, 0);
  ASSERT_EQ(call("CHECK", wish).exit_code, 0);
  const auto saved = linux::read_file(folder_ + "/data/c1_lo.json").value();
  std::string other = saved;
  other.replace(other.find("\"30\""), 4, "\"31\"");
  ASSERT_TRUE(linux::write_file(folder_ + "/data/c1_lo.json", other).has_value());
  const Answer answer = call("CHECK", wish);
  EXPECT_EQ(code_of(answer), 102);
  EXPECT_THAT(answer.out, HasSubstr("net.ipv4.tcp_fin_timeout is \\\"30\\\", not \\\"31\\\""));
}

TEST_F(Plugin, DeletesWithoutANamespaceAndCollectsTheRest) {
  const std::string wish = "net.ipv4.tcp_fin_timeout = 30";
  ASSERT_EQ(call("ADD", wish).exit_code, 0);
  const Answer kept =
      call("GC", "", R"({"cni.dev/valid-attachments":[{"containerID":"c1","ifname":"lo"}]})");
  EXPECT_EQ(kept.exit_code, 0) << kept.out;
  EXPECT_TRUE(std::filesystem::exists(folder_ + "/data/c1_lo.json"));
  EXPECT_EQ(call("GC", "", R"({"cni.dev/valid-attachments":[]})").exit_code, 0);
  EXPECT_FALSE(std::filesystem::exists(folder_ + "/data/c1_lo.json"));
  ASSERT_EQ(call("ADD", wish).exit_code, 0);
  netns_ = "";
  EXPECT_EQ(call("DEL", wish).exit_code, 0);
  EXPECT_FALSE(std::filesystem::exists(folder_ + "/data/c1_lo.json"));
}

TEST_F(Plugin, WithBrokenPoliciesHoldsUpOnlyThoseWhoAsk) {
  allow("{nme: x}");
  EXPECT_EQ(code_of(call("ADD", "net.ipv4.tcp_fin_timeout = 30")), 50);
  EXPECT_EQ(call("ADD", "").exit_code, 0);
  EXPECT_EQ(code_of(call("STATUS", "")), 50);
}

TEST_F(Plugin, NeedsAResultToPassOn) {
  EXPECT_EQ(code_of(call("ADD", "", R"({"prevResult":null})")), 7);
}

TEST_F(Plugin, TellsItsVersions) {
  const json::Value answer = json::Value::parse(call("VERSION", "").out);
  EXPECT_EQ(answer["cniVersion"], "1.1.0");
  EXPECT_EQ(answer["supportedVersions"].size(), 5U);
}

}  // namespace
}  // namespace podsysctl::cni
