// SPDX-License-Identifier: Apache-2.0
#include "engine/embedded/cgroup.h"

#include <unistd.h>

#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "linux/file.h"
#include "linux/process.h"
#include "linux/spawn.h"

namespace podsysctl::engine {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr std::string_view kHybrid =
    "30 24 0:26 / /sys/fs/cgroup rw - tmpfs tmpfs rw,mode=755\n"
    "31 30 0:27 / /sys/fs/cgroup/cpu,cpuacct rw,nosuid shared:9 - cgroup cgroup rw,cpu,cpuacct\n"
    "32 30 0:28 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n"
    "33 30 0:29 / /sys/fs/cgroup/pids ro,nosuid - cgroup cgroup rw,pids\n"
    "34 30 0:30 / /sys/fs/cgroup/systemd rw - cgroup cgroup rw,xattr,name=systemd\n"
    "35 30 0:31 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw\n"
    "36 30 0:31 / /other/unified rw - cgroup2 cgroup2 rw\n";

TEST(CgroupLayoutTest, ReadsMounts) {
  const CgroupLayout hybrid = parse_cgroup_layout(kHybrid, "hugetlb\n");
  EXPECT_EQ(hybrid.mode, CgroupMode::hybrid);
  EXPECT_EQ(hybrid.v2, "/sys/fs/cgroup/unified");
  EXPECT_THAT(hybrid.v2_controllers, ElementsAre("hugetlb"));
  EXPECT_EQ(hybrid.v1.at("cpuacct"), "/sys/fs/cgroup/cpu,cpuacct");
  EXPECT_TRUE(hybrid.has("cpu"));
  EXPECT_TRUE(hybrid.has("name=systemd"));
  EXPECT_FALSE(hybrid.has("pids")) << "mounted read-only";
  EXPECT_FALSE(hybrid.has("hugetlb")) << "of v2 in a hybrid layout";

  const CgroupLayout v2 = parse_cgroup_layout(
      "31 30 0:27 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw,nsdelegate\n", "cpu memory");
  EXPECT_EQ(v2.mode, CgroupMode::v2);
  EXPECT_TRUE(v2.has("memory"));
  EXPECT_FALSE(v2.has("pids"));
  EXPECT_EQ(parse_cgroup_layout("", "").mode, CgroupMode::none);
  EXPECT_EQ(parse_cgroup_layout("junk\n1 2 3 4 5 6 7 8 9 - cgroup\n", "").mode, CgroupMode::none);
}

TEST(CgroupLimitsTest, AreKubernetesNumbers) {
  const CgroupLayout layout = parse_cgroup_layout(kHybrid, "");
  struct Case {
    std::optional<std::int64_t> limit;
    std::optional<std::int64_t> request;
    std::optional<std::uint64_t> shares;
    std::optional<std::int64_t> quota;
  };
  const Case cases[] = {
      {{}, {}, {}, {}},          {500, {}, 512, 50000},
      {2000, 250, 256, 200000},  {{}, 0, 2, {}},
      {1, 1, 2, 1000},           {0, {}, 2, {}},
      {{}, 1000000, 262144, {}}, {{}, INT64_MAX, 262144, {}},
  };
  for (const Case& c : cases) {
    pod::Resources resources;
    resources.cpu_limit_milli = c.limit;
    resources.cpu_request_milli = c.request;
    const LimitsPlan plan = plan_limits(resources, layout);
    EXPECT_EQ(plan.limits.cpu_shares, c.shares);
    EXPECT_EQ(plan.limits.cpu_quota, c.quota);
    EXPECT_EQ(plan.limits.cpu_period.has_value(), c.quota.has_value());
    EXPECT_THAT(plan.warnings, IsEmpty());
  }
}

TEST(CgroupLimitsTest, MissingControllersAreSaid) {
  pod::Resources resources;
  resources.cpu_limit_milli = 100;
  resources.memory_limit = 1 << 20;
  const LimitsPlan plan = plan_limits(resources, CgroupLayout{});
  EXPECT_FALSE(plan.limits.memory_limit);
  EXPECT_FALSE(plan.limits.cpu_quota);
  EXPECT_THAT(plan.warnings, ElementsAre(HasSubstr("cpu request"), HasSubstr("cpu limit"),
                                         HasSubstr("memory limit")));
}

TEST(CgroupRemoval, RefusesForeignPaths) {
  for (const char* const path : {"", "/", "x", "/a/../b"}) {
    EXPECT_EQ(remove_cgroup({}, path).error().code, Code::invalid_argument) << path;
  }
}

// A group with a group in it, both with processes that would not end by themselves.
TEST(CgroupRemoval, KillsAndRemoves) {
  const auto layout = read_cgroup_layout();
  ASSERT_TRUE(layout) << layout.error().message;
  std::string point = layout->v2;
  if (const auto pids = layout->v1.find("pids"); pids != layout->v1.end()) {
    point = pids->second;
  }
  if (::geteuid() != 0 || point.empty()) {
    GTEST_SKIP() << "needs root and a control group hierarchy";
  }
  const std::string path = "/psys-test-" + std::to_string(::getpid());
  std::error_code failure;
  std::filesystem::create_directories(point + path + "/inner", failure);
  ASSERT_FALSE(failure) << failure.message();
  std::vector<pid_t> children;
  for (const std::string& group : {path, path + "/inner"}) {
    linux::Command command;
    command.program = "sleep";
    command.args = {"1000"};
    children.push_back(linux::start(command).value());
    ASSERT_TRUE(
        linux::write_file(point + group + "/cgroup.procs", std::to_string(children.back())));
  }
  const auto removed = remove_cgroup(*layout, path);
  for (const pid_t child : children) {
    EXPECT_EQ(linux::wait_for_child(child).value(), 137);
  }
  EXPECT_TRUE(removed) << removed.error().message;
  EXPECT_FALSE(std::filesystem::exists(point + path));
  EXPECT_TRUE(remove_cgroup(*layout, path));
}

}  // namespace
}  // namespace podsysctl::engine
