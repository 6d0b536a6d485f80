// SPDX-License-Identifier: Apache-2.0
#include "agent/review_queue.h"

#include <thread>

#include <gtest/gtest.h>

namespace podsysctl::agent {
namespace {

constexpr ReviewQueue::Time kPast{};

TEST(ReviewQueue, HandsOutEachOnceInTheirOrder) {
  ReviewQueue queue;
  queue.add({"b", Occasion::review});
  queue.add({"a", Occasion::policy_changed});
  queue.add({"b", Occasion::policy_changed});
  EXPECT_EQ(queue.size(), 2U);
  const auto first = queue.take_until(kPast);
  ASSERT_TRUE(first);
  EXPECT_EQ(first->sandbox_id, "b");
  EXPECT_EQ(first->occasion, Occasion::review);
  EXPECT_EQ(queue.size(), 2U);  // it is being looked at
  EXPECT_EQ(queue.take_until(kPast)->sandbox_id, "a");
  EXPECT_FALSE(queue.take_until(kPast));
  EXPECT_EQ(queue.size(), 0U);
  queue.add({"b", Occasion::review});  // it may come again
  EXPECT_EQ(queue.take_until(kPast)->sandbox_id, "b");
}

TEST(ReviewQueue, LetsNobodyWaitOnceItIsClosed) {
  ReviewQueue queue;
  std::thread waiting([&] { EXPECT_FALSE(queue.take_until(std::nullopt)); });
  queue.close();
  waiting.join();
  queue.add({"a", Occasion::review});
  EXPECT_FALSE(queue.take_until(kPast));
  EXPECT_TRUE(queue.is_closed());
}

}  // namespace
}  // namespace podsysctl::agent
