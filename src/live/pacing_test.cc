// SPDX-License-Identifier: Apache-2.0
#include "live/pacing.h"

#include <gtest/gtest.h>

namespace podsysctl::live {
namespace {

using std::chrono::seconds;

constexpr const char* kKey = "net.core.somaxconn";
constexpr seconds kPause{60};

Pacing::Time at(int second) { return Pacing::Time{} + seconds(second); }

TEST(Pacing, RepairsAtOnceAndThenAfterPausesThatDouble) {
  Pacing pacing(seconds(200));
  EXPECT_TRUE(pacing.is_due("u", kKey, at(0)));
  EXPECT_EQ(pacing.note_repair("u", kKey, at(0), kPause), 1U);
  EXPECT_FALSE(pacing.is_due("u", kKey, at(59)));
  EXPECT_TRUE(pacing.is_due("u", kKey, at(60)));
  EXPECT_EQ(pacing.note_repair("u", kKey, at(60), kPause), 2U);
  EXPECT_FALSE(pacing.is_due("u", kKey, at(179)));
  EXPECT_TRUE(pacing.is_due("u", kKey, at(180)));
  EXPECT_EQ(pacing.note_repair("u", kKey, at(180), kPause), 3U);
  EXPECT_FALSE(pacing.is_due("u", kKey, at(379)));
  EXPECT_TRUE(pacing.is_due("u", kKey, at(380)));  // 200 is the longest
}

TEST(Pacing, KnowsEachKeyOfEachPod) {
  Pacing pacing(seconds(3600));
  pacing.note_repair("u", kKey, at(0), kPause);
  EXPECT_FALSE(pacing.is_due("u", kKey, at(1)));
  EXPECT_TRUE(pacing.is_due("u", "kernel.sem", at(1)));
  EXPECT_TRUE(pacing.is_due("v", kKey, at(1)));
}

TEST(Pacing, StartsAnewAfterTheLastPauseInForce) {
  Pacing pacing(seconds(3600));
  pacing.note_repair("u", kKey, at(0), kPause);
  pacing.note_repair("u", kKey, at(60), kPause);  // then 120 are to pass
  pacing.forget_calm(at(299));
  EXPECT_EQ(pacing.size(), 1U);
  pacing.forget_calm(at(300));
  EXPECT_EQ(pacing.size(), 0U);
  EXPECT_EQ(pacing.note_repair("u", kKey, at(301), kPause), 1U);
}

}  // namespace
}  // namespace podsysctl::live
