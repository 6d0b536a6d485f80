// SPDX-License-Identifier: Apache-2.0
#include "sysctl/near_keys.h"

#include <array>
#include <random>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/strings.h"
#include "sysctl/catalog.h"
#include "sysctl/key.h"

namespace podsysctl::sysctl {
namespace {

using testing::Contains;
using testing::IsEmpty;
using testing::SizeIs;

std::string nearest(std::string_view name) {
  const auto near = near_keys(name);
  return near.empty() ? "" : near.front();
}

TEST(NearKeys, FewEdits) {
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
      {"net.ipv4.tcp_keepalv_tim", "net.ipv4.tcp_keepalive_time"},
      {"net.ipv4.conf.wlan7.rp_filtr", "net.ipv4.conf.wlan7.rp_filter"},
      {"net.core.somaxconnxxx", ""},
      {"nothing.like.it", ""},
      {"quite.another.thing.altogether", ""},
      {"some.other.max", ""},
      {"a", ""},
  };
  for (const Case& row : kCases) {
    EXPECT_EQ(nearest(row.name), row.nearest) << row.name;
  }
  for (const Entry& entry : catalog_entries()) {
    EXPECT_EQ(nearest(entry.key), entry.key);
  }
  EXPECT_THAT(near_keys(std::string(81, 'a')), IsEmpty());
}

TEST(NearKeys, TheSameEnd) {
  EXPECT_EQ(nearest("somaxconn"), "net.core.somaxconn");
  EXPECT_EQ(nearest("tcp_keepalve_time"), "net.ipv4.tcp_keepalive_time");
  EXPECT_EQ(nearest("net.ipv4.somaxconn"), "net.core.somaxconn");
  EXPECT_THAT(near_keys("rp_filter"), Contains("net.ipv4.conf.*.rp_filter"));
  EXPECT_THAT(near_keys("max"), SizeIs(testing::Le(5U)));
}

TEST(NearKeys, OfWhatTheCallerKnows) {
  constexpr std::array<std::string_view, 2> kMore{"kernel.own_key", "net.core.somaxconn"};
  EXPECT_EQ(near_keys("kernel.own_kay", kMore).front(), "kernel.own_key");
  EXPECT_THAT(near_keys("net.core.somaxcon", kMore), testing::ElementsAre("net.core.somaxconn"));
}

// The measure that gives up early finds what the plain one finds.
TEST(NearKeys, AgreesWithThePlainMeasure) {
  std::mt19937 random(7);
  const auto entries = catalog_entries();
  for (int i = 0; i < 60; ++i) {
    const std::string right(entries[random() % entries.size()].key);
    std::string name = right;
    for (std::size_t edits = random() % 5; edits > 0; --edits) {
      const std::size_t at = 1 + random() % (name.size() - 2);
      const auto letter = static_cast<char>('a' + random() % 26);
      random() % 2 == 0 ? name.insert(at, 1, letter) : name.replace(at, 1, 1, letter);
    }
    const std::size_t few = name.size() < 24 ? 2 : 3;
    if (name.size() > 80 || name.find('.') == std::string::npos ||
        edit_distance(name, right) > few) {
      continue;
    }
    std::size_t least = few;
    for (const Entry& entry : entries) {
      least = std::min(least, edit_distance(name, entry.key));
    }
    EXPECT_LE(edit_distance(name, nearest(name)), least) << name << " " << nearest(name);
  }
}

}  // namespace
}  // namespace podsysctl::sysctl
