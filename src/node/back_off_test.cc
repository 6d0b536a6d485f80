// SPDX-License-Identifier: Apache-2.0
#include "node/back_off.h"

#include <gtest/gtest.h>

namespace podsysctl::node {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

TEST(BackOff, DoublesFromTenSecondsToFiveMinutes) {
  BackOff back_off;
  for (const int expected : {10, 20, 40, 80, 160, 300, 300}) {
    EXPECT_EQ(back_off.next(milliseconds(5)), seconds(expected));
  }
}

TEST(BackOff, ARunOfTenMinutesForgets) {
  BackOff back_off = BackOff::after(4);
  EXPECT_EQ(back_off.next(minutes(10) - milliseconds(1)), seconds(160));
  EXPECT_EQ(back_off.next(minutes(10)), seconds(10));
  EXPECT_EQ(back_off.next(seconds(1)), seconds(20));
}

TEST(BackOff, IsFoundAgainFromTheNumberOfRestarts) {
  EXPECT_EQ(BackOff::after(0).next(seconds(0)), seconds(10));
  EXPECT_EQ(BackOff::after(1).next(seconds(0)), seconds(20));
  EXPECT_EQ(BackOff::after(4'000'000'000).next(seconds(0)), seconds(300));
}

TEST(WantsRestart, FollowsThePolicy) {
  const store::ContainerRecord good{.exit_code = 0};
  const store::ContainerRecord bad{.exit_code = 3};
  const store::ContainerRecord unknown{};
  EXPECT_TRUE(wants_restart(pod::RestartPolicy::always, good));
  EXPECT_FALSE(wants_restart(pod::RestartPolicy::on_failure, good));
  EXPECT_TRUE(wants_restart(pod::RestartPolicy::on_failure, bad));
  EXPECT_TRUE(wants_restart(pod::RestartPolicy::on_failure, unknown));
  EXPECT_FALSE(wants_restart(pod::RestartPolicy::never, bad));
}

}  // namespace
}  // namespace podsysctl::node
