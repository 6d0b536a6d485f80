// SPDX-License-Identifier: Apache-2.0
#include "check/key_facts.h"

#include <chrono>
#include <random>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "check/test_support.h"

namespace podsysctl::check {
namespace {

std::string nearest(std::string_view name) { return nearest_key(*sysctl::SysctlKey::parse(name)); }

TEST(NearestKey, UpToTwoEdits) {
  struct Case {
    const char* name;
    const char* nearest;
  };
  constexpr Case kCases[] = {
      {"net.core.somaxcon", "net.core.somaxconn"},
      {"net.core.somaxxconn", "net.core.somaxconn"},
      {"net.core.somaxcomm", "net.core.somaxconn"},
      {"et.core.somaxcon", "net.core.somaxconn"},
      {"xxnet.core.somaxconn", "net.core.somaxconn"},
      {"net.core.somaxconnxx", "net.core.somaxconn"},
      {"net.ipv4.tcp_syncookie", "net.ipv4.tcp_syncookies"},
      {"net.ipv4.tcp_sak", "net.ipv4.tcp_sack"},
      {"net.core.somaxconnxxx", ""},
      {"nothing.like.it", ""},
      {"a", ""},
  };
  for (const Case& row : kCases) {
    EXPECT_EQ(nearest(row.name), row.nearest) << row.name;
  }
  for (const sysctl::Entry& entry : sysctl::catalog_entries()) {
    EXPECT_EQ(nearest(entry.key), entry.key);
  }
  EXPECT_EQ(nearest(std::string(81, 'a')), "");
}

// The measure that gives up early finds what the plain one finds.
TEST(NearestKey, AgreesWithThePlainMeasure) {
  std::mt19937 random(7);
  const auto entries = sysctl::catalog_entries();
  for (int i = 0; i < 60; ++i) {
    std::string name(entries[random() % entries.size()].key);
    for (std::size_t edits = random() % 4; edits > 0; --edits) {
      const std::size_t at = 1 + random() % (name.size() - 2);
      const auto letter = static_cast<char>('a' + random() % 26);
      random() % 2 == 0 ? name.insert(at, 1, letter) : name.replace(at, 1, 1, letter);
    }
    const auto key = sysctl::SysctlKey::parse(name);
    if (!key || name.size() > 80) {
      continue;
    }
    std::size_t least = 3;
    for (const sysctl::Entry& entry : entries) {
      least = std::min(least, edit_distance(name, entry.key));
    }
    const std::string found = nearest_key(*key);
    EXPECT_EQ(found.empty() ? 3 : edit_distance(name, found), least) << name << " " << found;
  }
}

// Seconds for a list whose entries are judged one by one; minutes if each looked at all others.
TEST(KeyFacts, LongListsTakeLinearTime) {
  using Clock = std::chrono::steady_clock;
  std::vector<std::pair<std::string, std::string>> unknown;
  std::vector<std::pair<std::string, std::string>> same;
  for (int i = 0; i < 20'000; ++i) {
    unknown.emplace_back(fmt::format("net.core.x{}", i), "\"1\"");
    same.emplace_back("net.ipv4.conf.all.rp_filter", "\"1\"");
  }
  const auto start = Clock::now();
  EXPECT_EQ(findings_in(pod_with(unknown)).size(), 40'000U);
  EXPECT_EQ(findings_in(pod_with(same)).size(), 20'000U);
  EXPECT_LT(Clock::now() - start, std::chrono::seconds(30));
}

}  // namespace
}  // namespace podsysctl::check
