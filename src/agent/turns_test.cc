// SPDX-License-Identifier: Apache-2.0
#include "agent/turns.h"

#include <latch>
#include <string>
#include <thread>

#include <gtest/gtest.h>

namespace podsysctl::agent {
namespace {

TEST(Turns, WhoIsWaitedForGoesFirst) {
  Turns turns;
  std::string order;
  turns.begin(Urgency::can_wait);
  std::latch at_the_door(2);
  std::thread patient([&] {
    at_the_door.count_down();
    const Turn turn(turns, Urgency::can_wait);
    order += 'p';
  });
  std::thread urgent([&] {
    at_the_door.count_down();
    const Turn turn(turns, Urgency::waited_for);
    order += 'u';
  });
  at_the_door.wait();
  // Until the urgent one waits: then a patient one cannot come in, whenever it came.
  while (turns.waited_for() == 0) {
    std::this_thread::yield();
  }
  turns.end();
  patient.join();
  urgent.join();
  EXPECT_EQ(order, "up");
}

}  // namespace
}  // namespace podsysctl::agent
