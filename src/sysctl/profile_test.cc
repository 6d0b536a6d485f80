// SPDX-License-Identifier: Apache-2.0
#include "sysctl/profile.h"

#include <algorithm>
#include <string>

#include <gtest/gtest.h>

#include "sysctl/catalog.h"
#include "sysctl/value.h"

namespace podsysctl::sysctl {
namespace {

// What a profile asks for must be what its key takes.
void expect_legal(const Profile& profile, const ProfileSetting& setting) {
  const std::string where = std::string(profile.name) + ": " + std::string(setting.key);
  const auto key = SysctlKey::parse(setting.key);
  ASSERT_TRUE(key) << where;
  EXPECT_EQ(key->name(), setting.key) << "not the canonical name";
  const auto checked = check_value(*key, setting.value);
  EXPECT_TRUE(checked) << where << ": " << checked.error().message;
}

TEST(Profile, AsksForLegalValuesOfKeysThatAPodMayOwn) {
  for (const Profile& profile : profiles()) {
    for (const ProfileSetting& setting : profile.pod) {
      expect_legal(profile, setting);
      const Entry* const entry = find_entry(SysctlKey::parse(setting.key).value());
      ASSERT_NE(entry, nullptr) << setting.key;
      EXPECT_NE(entry->scope, Scope::node) << profile.name << ": " << setting.key;
      EXPECT_TRUE(entry->folklore.empty()) << profile.name << ": " << setting.key;
    }
    for (const ProfileSetting& setting : profile.node) {
      expect_legal(profile, setting);
    }
  }
}

TEST(Profile, IsFoundByItsName) {
  EXPECT_TRUE(std::ranges::is_sorted(profiles(), {}, &Profile::name));
  for (const Profile& profile : profiles()) {
    EXPECT_EQ(find_profile(profile.name), &profile);
  }
  EXPECT_EQ(find_profile("no-such-profile"), nullptr);
  EXPECT_EQ(find_profile(""), nullptr);
}

}  // namespace
}  // namespace podsysctl::sysctl
