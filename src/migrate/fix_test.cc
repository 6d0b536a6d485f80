// SPDX-License-Identifier: Apache-2.0
#include "migrate/fix.h"

#include <string>
#include <string_view>

#include <gtest/gtest.h>

#include "base/strings.h"

namespace podsysctl::migrate {
namespace {

FixOptions kubernetes(std::string_view version) {
  return {policy::KubernetesVersion::parse(version).value()};
}

std::string pod(std::string_view sysctls) {
  return fmt::format(
      "apiVersion: v1\nkind: Pod\nmetadata: {{name: p}}\nspec:\n  securityContext:\n    sysctls:\n"
      "{}  containers: []  # none\n",
      sysctls);
}

std::string fixed(const std::string& text, const FixOptions& options = {}) {
  const auto done = fix(text, "f", options);
  if (!done) {
    return "! " + done.error().message;
  }
  const auto again = fix(done->text, "f", options);
  EXPECT_TRUE(again && again->edits.empty()) << done->text;
  EXPECT_EQ(done->edits.empty(), done->fixed.empty());
  return done->text;
}

struct Case {
  const char* before;
  const char* after;
};

TEST(Fix, Quotes) {
  static constexpr Case kCases[] = {
      {"65535 # many", "\"65535\" # many"},
      {"0777", "\"0777\""},
      {"yes", "\"1\""},
      {"no", "\"0\""},
      {"True", "\"1\""},
      {"0x10", "\"0x10\""},
      {"1_000", "\"1000\""},
      {"-1", "\"-1\""},
  };
  for (const Case& each : kCases) {
    const auto line = [](std::string_view value) {
      return pod(fmt::format("    - name: net.ipv4.route.min_adv_mss\n      value: {}\n", value));
    };
    EXPECT_EQ(fixed(line(each.before)), line(each.after));
  }
  for (const std::string_view untouched : {"\"1\"", "'1'", "text", "4096 8192 16384", "~", "[1]"}) {
    const std::string text =
        pod(fmt::format("    - name: net.core.somaxconn\n      value: {}\n", untouched));
    EXPECT_EQ(fixed(text), text);
  }
  EXPECT_EQ(fixed("{\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"spec\":{\"securityContext\":{"
                  "\"sysctls\":[{\"name\":\"kernel.sem\",\"value\":5}]}}}"),
            "{\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"spec\":{\"securityContext\":{"
            "\"sysctls\":[{\"name\":\"kernel.sem\",\"value\":\"5\"}]}}}");
}

TEST(Fix, Spelling) {
  const std::string slashes =
      pod("    - {name: net/ipv4/tcp_syncookies, value: '1'}\n    - {name: a.b, value: '1'}\n");
  EXPECT_EQ(fixed(slashes), slashes);
  EXPECT_EQ(fixed(slashes, kubernetes("1.24")),
            pod("    - {name: \"net.ipv4.tcp_syncookies\", value: '1'}\n    - {name: a.b, value: "
                "'1'}\n"));
  EXPECT_EQ(fixed(pod("    - name: ' net.core.somaxconn'\n      value: '1'\n")),
            pod("    - name: \"net.core.somaxconn\"\n      value: '1'\n"));
  EXPECT_EQ(fixed(pod("    - {name: kernel.sem, value: '1'}\n    - {name: kernel/sem, value: "
                      "1}\n")),
            pod("    - {name: kernel.sem, value: '1'}\n"));
  const std::string differ =
      pod("    - {name: kernel.sem, value: '1'}\n    - {name: kernel/sem, value: '2'}\n");
  EXPECT_EQ(fixed(differ), differ);
}

TEST(Fix, Annotations) {
  const std::string text =
      "apiVersion: v1\nkind: Pod\nmetadata:\n  name: p\n  annotations:\n"
      "    security.alpha.kubernetes.io/sysctls: kernel.shm_rmid_forced=1\n"
      "    security.alpha.kubernetes.io/unsafe-sysctls: kernel.sem=1 2 3 4\nspec:\n"
      "  containers:\n  - image: nginx\n";
  EXPECT_EQ(fixed(text),
            "apiVersion: v1\nkind: Pod\nmetadata:\n  name: p\nspec:\n  securityContext:\n"
            "    sysctls:\n    - name: kernel.shm_rmid_forced\n      value: \"1\"\n"
            "    - name: kernel.sem\n      value: \"1 2 3 4\"\n  containers:\n  - image: nginx\n");
  EXPECT_EQ(fixed(text, kubernetes("1.10")), text);
}

TEST(Fix, Placement) {
  EXPECT_EQ(
      fixed("apiVersion: v1\nkind: Pod\nspec:\n  containers:\n    - name: a\n"
            "      initContainers:\n        # first\n        - name: i\n          command: [a]\n"
            "      image: b\n"),
      "apiVersion: v1\nkind: Pod\nspec:\n  initContainers:\n    # first\n    - name: i\n"
      "      command: [a]\n  containers:\n    - name: a\n      image: b\n");
  EXPECT_EQ(fixed("apiVersion: v1\nkind: Pod\nspec:\n  initContainers:\n  - name: x\n"
                  "  containers:\n  - name: a\n    initContainers:\n    - name: i\n"),
            "apiVersion: v1\nkind: Pod\nspec:\n  initContainers:\n  - name: x\n  - name: i\n"
            "  containers:\n  - name: a\n");
}

TEST(Fix, Unreadable) {
  const auto broken = fix("a: [", "f", {});
  ASSERT_FALSE(broken);
  EXPECT_EQ(broken.error().code, Code::invalid_argument);
  EXPECT_TRUE(broken.error().message.starts_with("f:")) << broken.error().message;
}

}  // namespace
}  // namespace podsysctl::migrate
