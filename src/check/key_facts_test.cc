// SPDX-License-Identifier: Apache-2.0
#include "check/key_facts.h"

#include <ctime>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "check/test_support.h"

namespace podsysctl::check {
namespace {

// Seconds of processor time for a list whose entries are judged one by one, also with sanitizers;
// minutes if each looked at all others.
TEST(KeyFacts, LongListsTakeLinearTime) {
  std::vector<std::pair<std::string, std::string>> unknown;
  std::vector<std::pair<std::string, std::string>> same;
  for (int i = 0; i < 20'000; ++i) {
    unknown.emplace_back(fmt::format("net.core.x{}", i), "\"1\"");
    same.emplace_back("net.ipv4.conf.all.rp_filter", "\"1\"");
  }
  const std::clock_t start = std::clock();
  EXPECT_EQ(findings_in(pod_with(unknown)).size(), 40'000U);
  EXPECT_EQ(findings_in(pod_with(same)).size(), 20'000U);
  EXPECT_LT((std::clock() - start) / CLOCKS_PER_SEC, 60);
}

}  // namespace
}  // namespace podsysctl::check
