// SPDX-License-Identifier: Apache-2.0
#include "agent/review.h"

#include <array>

#include <gmock/gmock.h>

namespace podsysctl::agent {
namespace {

using policy::Verdict;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

rules::Judged judged(std::string_view key, rules::Fate fate) {
  const bool granted = fate == rules::Fate::granted;
  return {.setting = {.key = sysctl::SysctlKey::parse(key).value(), .value = "1"},
          .fate = fate,
          .verdict =
              granted ? Verdict::allowed(std::string(key), "policy")
                      : Verdict::forbidden(std::string(key), "SysctlForbidden", "not here", "ask")};
}

TEST(Review, KnowsWhichGrantsHaveEnded) {
  const Given before{.in_force = {"kernel.sem", "kernel.msgmax", "net.core.somaxconn"},
                     .lapsed = {"kernel.shmmni"}};
  rules::Decision decision;
  decision.judged = {judged("kernel.sem", rules::Fate::granted),
                     judged("kernel.msgmax", rules::Fate::forbidden)};
  const std::array<std::string, 1> by_hand{"net.core.somaxconn"};
  EXPECT_THAT(lapsed(before, decision, by_hand), ElementsAre("kernel.shmmni", "kernel.msgmax"));
  decision.judged.push_back(judged("kernel.shmmni", rules::Fate::granted));
  EXPECT_THAT(lapsed(before, decision, by_hand), ElementsAre("kernel.msgmax"));
}

TEST(Review, TellsAnEndedGrantOnceAndWhy) {
  rules::Decision decision;
  decision.judged = {judged("kernel.msgmax", rules::Fate::forbidden)};
  decision.offences = {decision.judged[0].verdict};
  Given given{.lapsed = {"kernel.msgmax", "kernel.sem"}};
  const auto notices = news(given, {}, decision);
  ASSERT_EQ(notices.size(), 2U);
  EXPECT_EQ(notices[0].reason, kSysctlGrantEnded);
  EXPECT_EQ(notices[0].message,
            "kernel.msgmax is not granted any more: not here (ask); its value stays until the pod "
            "ends, and is not repaired when it drifts");
  EXPECT_THAT(notices[1].message, HasSubstr("kernel.sem is not granted any more: nobody asks"));
  Given again{.lapsed = given.lapsed};
  EXPECT_THAT(news(again, given, decision), IsEmpty());
}

TEST(Review, TellsAnOffenceOnce) {
  rules::Decision decision;
  decision.offences = {Verdict::forbidden("a", "SysctlForbidden", "a is not allowed", "")};
  Given first;
  EXPECT_EQ(news(first, {}, decision).size(), 1U);
  EXPECT_THAT(first.told, ElementsAre("a is not allowed"));
  decision.offences.push_back(Verdict::forbidden("b", "SysctlForbidden", "b neither", ""));
  Given second;
  const auto notices = news(second, first, decision);
  ASSERT_EQ(notices.size(), 1U);
  EXPECT_EQ(notices[0].message, "b neither");
}

}  // namespace
}  // namespace podsysctl::agent
