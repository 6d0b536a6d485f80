// SPDX-License-Identifier: Apache-2.0
#include "sysctl/apply.h"

#include <cerrno>
#include <map>
#include <set>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace podsysctl::sysctl {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

// A kernel in memory that notes what is written and can be told to misbehave.
class FakeTree final : public SysctlTree {
 public:
  std::map<std::string, std::string> values;
  std::vector<std::string> writes;              // "key=value"
  std::set<std::string> refuses;                // EINVAL for "key=value"
  std::map<std::string, std::string> rewrites;  // what a key says after any write
  std::set<std::string> unset;                  // EIO until it is written

  Result<std::string> read(const SysctlKey& key) override {
    if (unset.contains(key.name())) {
      return Error::from_errno(EIO, "read {}", key.name());
    }
    const auto found = values.find(key.name());
    if (found == values.end()) {
      return Error::from_errno(ENOENT, "open /proc/sys/{}", key.path());
    }
    return found->second;
  }
  Result<> write(const SysctlKey& key, std::string_view value) override {
    const std::string written = fmt::format("{}={}", key.name(), value);
    writes.push_back(written);
    if (refuses.contains(written)) {
      return Error::from_errno(EINVAL, "write {}", key.name());
    }
    if (!values.contains(key.name()) && !unset.contains(key.name())) {
      return Error::from_errno(ENOENT, "write {}", key.name());
    }
    unset.erase(key.name());
    const auto rewrite = rewrites.find(key.name());
    values[key.name()] = rewrite == rewrites.end() ? std::string(value) : rewrite->second;
    return {};
  }
};

Step step(std::string_view name, std::string value, std::string previous) {
  return {{*SysctlKey::parse(name), std::move(value), {}, ""}, std::move(previous)};
}

std::vector<ApplyState> states_of(const Application& application) {
  std::vector<ApplyState> states;
  for (const AppliedSetting& setting : application.settings) {
    states.push_back(setting.state);
  }
  return states;
}

class ApplyTest : public testing::Test {
 protected:
  ApplyTest() {
    tree_.values = {{"net.core.somaxconn", "4096"}, {"net.ipv4.tcp_rmem", "4096\t131072\t6291456"}};
  }
  FakeTree tree_;
};

TEST_F(ApplyTest, WritesOnceAndLeavesWhatIsThere) {
  const Plan plan{{step("net.core.somaxconn", "65535", "4096"),
                   step("net.ipv4.tcp_rmem", "4096 131072 6291456", "4096\t131072\t6291456")}};
  const Application application = apply(plan, tree_);
  EXPECT_FALSE(application.failure);
  EXPECT_THAT(states_of(application), ElementsAre(ApplyState::applied, ApplyState::unchanged));
  EXPECT_THAT(tree_.writes, ElementsAre("net.core.somaxconn=65535"));
  EXPECT_EQ(application.settings[1].effective, "4096 131072 6291456");
  EXPECT_EQ(application.settings[1].previous, "4096 131072 6291456");
}

TEST_F(ApplyTest, RefusalTakesBackAndSaysWhatWasNotTried) {
  tree_.values["net.ipv4.tcp_fin_timeout"] = "60";
  tree_.refuses = {"net.ipv4.tcp_rmem=1 1 1"};
  const Plan plan{{step("net.core.somaxconn", "65535", "4096"),
                   step("net.ipv4.tcp_rmem", "1 1 1", "4096\t131072\t6291456"),
                   step("net.ipv4.tcp_fin_timeout", "30", "60")}};
  const Application application = apply(plan, tree_);
  ASSERT_TRUE(application.failure);
  EXPECT_EQ(application.failure->code, Code::invalid_argument);
  EXPECT_EQ(application.failure->sys_errno, EINVAL);
  EXPECT_EQ(application.failure->message,
            "set net.ipv4.tcp_rmem to \"1 1 1\": write net.ipv4.tcp_rmem: Invalid argument (the "
            "kernel refuses this value)");
  EXPECT_THAT(states_of(application),
              ElementsAre(ApplyState::rolled_back, ApplyState::refused, ApplyState::refused));
  EXPECT_EQ(tree_.values["net.core.somaxconn"], "4096");
  EXPECT_EQ(tree_.values["net.ipv4.tcp_fin_timeout"], "60");
}

TEST_F(ApplyTest, ValueThatDoesNotStayIsAFailure) {
  tree_.rewrites = {{"net.ipv4.tcp_rmem", "4096 131072 6291456"}};
  const Plan plan{{step("net.ipv4.tcp_rmem", "4096 8192 16384", "4096\t131072\t6291456")}};
  const Application application = apply(plan, tree_);
  ASSERT_TRUE(application.failure);
  EXPECT_EQ(application.failure->code, Code::conflict);
  EXPECT_THAT(application.failure->message,
              HasSubstr("net.ipv4.tcp_rmem was set to \"4096 8192 16384\" but reads back "
                        "\"4096 131072 6291456\""));
  EXPECT_THAT(states_of(application), ElementsAre(ApplyState::rolled_back));
}

TEST_F(ApplyTest, WhatCannotBeTakenBackIsNamed) {
  tree_.refuses = {"net.ipv4.tcp_rmem=1 1 1", "net.core.somaxconn=4096"};
  const Plan plan{{step("net.core.somaxconn", "65535", "4096"),
                   step("net.ipv4.tcp_rmem", "1 1 1", "4096\t131072\t6291456")}};
  const Application application = apply(plan, tree_);
  ASSERT_TRUE(application.failure);
  EXPECT_EQ(application.failure->code, Code::partial_apply);
  EXPECT_THAT(application.failure->message,
              HasSubstr("; could not be taken back: net.core.somaxconn"));
  EXPECT_THAT(states_of(application), ElementsAre(ApplyState::applied, ApplyState::refused));
  EXPECT_EQ(application.settings[0].effective, "65535");
}

constexpr const char* kSecret = "net.ipv6.conf.default.stable_secret";
constexpr const char* kAsPrinted = "2001:0db8:0000:0000:0000:0000:0000:0001";

Setting setting(std::string_view name, std::string value) {
  return {*SysctlKey::parse(name), std::move(value), {}, ""};
}
Setting secret() { return setting(kSecret, "2001:db8::1"); }

TEST_F(ApplyTest, AValueThatIsNotSetYetIsPlannedAndSet) {
  tree_.unset = {kSecret};
  tree_.rewrites = {{kSecret, kAsPrinted}};
  const Result<Plan> plan = make_plan(std::vector{secret()}, tree_);
  ASSERT_TRUE(plan) << plan.error().message;
  EXPECT_TRUE(plan->steps[0].unset);
  const Application application = apply(*plan, tree_);
  EXPECT_FALSE(application.failure) << application.failure->message;
  EXPECT_THAT(states_of(application), ElementsAre(ApplyState::applied));
  EXPECT_EQ(application.settings[0].previous, "");
  EXPECT_EQ(application.settings[0].effective, kAsPrinted);

  const Result<Plan> again = make_plan(std::vector{secret()}, tree_);
  ASSERT_TRUE(again);
  EXPECT_FALSE(again->steps[0].unset);
  EXPECT_THAT(states_of(apply(*again, tree_)), ElementsAre(ApplyState::unchanged));
  EXPECT_THAT(tree_.writes, ElementsAre(std::string(kSecret) + "=2001:db8::1"));
}

TEST_F(ApplyTest, WhatWasNotSetCannotBeTakenBack) {
  tree_.unset = {kSecret};
  tree_.rewrites = {{kSecret, kAsPrinted}};
  tree_.refuses = {"net.ipv4.tcp_rmem=1 1 1"};
  const std::vector<Setting> settings{setting("net.core.somaxconn", "65535"), secret(),
                                      setting("net.ipv4.tcp_rmem", "1 1 1")};
  const Result<Plan> plan = make_plan(settings, tree_);
  ASSERT_TRUE(plan) << plan.error().message;
  const Application application = apply(*plan, tree_);
  ASSERT_TRUE(application.failure);
  EXPECT_EQ(application.failure->code, Code::partial_apply);
  EXPECT_THAT(
      application.failure->message,
      testing::EndsWith("; could not be taken back: net.ipv6.conf.default.stable_secret (it "
                        "had no value, and the kernel cannot take one away)"));
  EXPECT_THAT(states_of(application),
              ElementsAre(ApplyState::rolled_back, ApplyState::applied, ApplyState::refused));
  EXPECT_EQ(application.settings[1].effective, kAsPrinted);
  EXPECT_EQ(tree_.values["net.core.somaxconn"], "4096");
}

TEST_F(ApplyTest, ReadErrorsOfOtherKindsStopThePlan) {
  const std::vector<Setting> settings{setting("net.core.nope", "1")};
  const Result<Plan> plan = make_plan(settings, tree_);
  ASSERT_FALSE(plan);
  EXPECT_EQ(plan.error().code, Code::not_found);
}

TEST_F(ApplyTest, AbsentKeyIsExplained) {
  const Plan plan{{step("net.core.nope", "1", "")}};
  const Application application = apply(plan, tree_);
  ASSERT_TRUE(application.failure);
  EXPECT_EQ(application.failure->code, Code::not_found);
  EXPECT_THAT(application.failure->message, HasSubstr("this kernel has no such sysctl"));
}

}  // namespace
}  // namespace podsysctl::sysctl
