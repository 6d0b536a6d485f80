// SPDX-License-Identifier: Apache-2.0
#include "agent/heartbeat.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "agent/testing.h"

namespace podsysctl::agent {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;

// Nobody listens there, so every message shows as a line of the log.
linux::ServiceManager deaf(std::optional<microseconds> watchdog) {
  return {"/nonexistent/notify", watchdog};
}

TEST(Heartbeat, WithoutAWatchdogNothingIsDue) {
  KeepingLog log;
  const linux::ServiceManager manager = deaf(std::nullopt);
  Heartbeat heart(manager, log);
  EXPECT_EQ(heart.beat(Heartbeat::Steady::time_point{}), milliseconds(-1));
  EXPECT_THAT(log.lines(), testing::IsEmpty());
}

TEST(Heartbeat, BeatsTwiceInTheTimeThatTheWatchdogAllows) {
  KeepingLog log;
  const linux::ServiceManager manager = deaf(microseconds(10'000));
  Heartbeat heart(manager, log);
  const Heartbeat::Steady::time_point start{};
  EXPECT_EQ(heart.beat(start), milliseconds(5));
  EXPECT_EQ(heart.beat(start + microseconds(1'500)), milliseconds(4));
  EXPECT_EQ(heart.beat(start + milliseconds(5)), milliseconds(5));
}

TEST(Heartbeat, ADeafManagerIsToldOfOnce) {
  KeepingLog log;
  const linux::ServiceManager manager = deaf(microseconds(1'000));
  Heartbeat heart(manager, log);
  heart.ready("here");
  heart.reloading();
  heart.stopping();
  EXPECT_THAT(log.lines(), testing::ElementsAre(
                               testing::AllOf(testing::HasSubstr("the service manager is not told"),
                                              testing::HasSubstr("No such file or directory"))));
}

}  // namespace
}  // namespace podsysctl::agent
