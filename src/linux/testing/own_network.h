// SPDX-License-Identifier: Apache-2.0
// For tests: work in a network namespace of the test's own, whose loopback device is up, on a
// thread of its own. Needs root; skips the test without.
#pragma once

#include <unistd.h>

#include <array>
#include <functional>

#include <gtest/gtest.h>

#include "linux/fresh_namespaces.h"
#include "linux/loopback.h"
#include "linux/worker_thread.h"

namespace podsysctl::linux {

class OwnNetwork : public ::testing::Test {
 protected:
  void SetUp() override {
    if (::geteuid() != 0) {
      GTEST_SKIP() << "needs root to make a network namespace";
    }
  }
  void in_namespace(const std::function<void()>& work) {
    worker_.call([&work] {
      constexpr std::array kNet{NamespaceKind::net};
      ASSERT_TRUE(unshare_namespaces(kNet));
      ASSERT_EQ(bring_loopback_up(), 0);
      work();
    });
  }

 private:
  WorkerThread worker_;
};

}  // namespace podsysctl::linux
