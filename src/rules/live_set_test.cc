// SPDX-License-Identifier: Apache-2.0
#include "rules/live_set.h"

#include <poll.h>

#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "linux/file.h"
#include "linux/temporary_folder.h"
#include "rules/test_support.h"

namespace podsysctl::rules {
namespace {

class Live : public ::testing::Test {
 protected:
  void put(std::string_view text) const {
    ASSERT_TRUE(linux::make_directories(folder_).has_value());
    ASSERT_TRUE(linux::write_file_atomically(folder_ + "/a.yaml", text).has_value());
  }
  static bool is_readable(const LiveSet& live) {
    pollfd poll{live.fd().get(), POLLIN, 0};
    return ::poll(&poll, 1, 0) == 1;
  }

  const linux::TemporaryFolder top_ = linux::TemporaryFolder::make().value();
  const std::string folder_ = top_ / "etc/policy.d";
};

TEST_F(Live, KeepsTheFormerSetWhileAFileIsBroken) {
  put(policy_text("one", "  match: {}\n"));
  auto live = LiveSet::open(folder_);
  ASSERT_TRUE(live.has_value()) << live.error().message;
  EXPECT_FALSE(live->error().has_value());
  EXPECT_EQ(live->current().number, 1U);
  EXPECT_FALSE(is_readable(*live));
  EXPECT_EQ(live->reload(), LiveSet::Change::none);

  put("kind: nonsense");
  EXPECT_TRUE(is_readable(*live));
  EXPECT_EQ(live->reload(), LiveSet::Change::refused);
  ASSERT_TRUE(live->error().has_value());
  EXPECT_THAT(live->error()->message, ::testing::HasSubstr("a.yaml:1:1: apiVersion: required"));
  EXPECT_EQ(live->current().number, 1U);
  EXPECT_EQ(live->current().set->policies.at(0).name, "one");

  put(policy_text("two", "  match: {}\n"));
  EXPECT_EQ(live->reload(), LiveSet::Change::replaced);
  EXPECT_FALSE(live->error().has_value());
  EXPECT_EQ(live->current().number, 2U);
  EXPECT_EQ(live->current().set->policies.at(0).name, "two");
}

TEST_F(Live, StartsEmptyWithABrokenFile) {
  put("kind: nonsense");
  const auto live = LiveSet::open(folder_);
  ASSERT_TRUE(live.has_value());
  EXPECT_TRUE(live->error().has_value());
  EXPECT_EQ(live->current().number, 0U);
  EXPECT_TRUE(live->current().set->policies.empty());
}

TEST_F(Live, FindsAFolderThatComesLater) {
  auto live = LiveSet::open(folder_);
  ASSERT_TRUE(live.has_value()) << live.error().message;
  EXPECT_TRUE(live->current().set->policies.empty());
  put(policy_text("one", "  match: {}\n"));
  EXPECT_TRUE(is_readable(*live));
  EXPECT_EQ(live->reload(), LiveSet::Change::replaced);
  EXPECT_EQ(live->current().set->policies.size(), 1U);
}

TEST_F(Live, SeesAFolderThatIsMadeAgain) {
  put(policy_text("one", "  match: {}\n"));
  auto live = LiveSet::open(folder_);
  ASSERT_TRUE(live.has_value());
  std::filesystem::remove_all(folder_);
  EXPECT_EQ(live->reload(), LiveSet::Change::replaced);
  EXPECT_TRUE(live->current().set->policies.empty());
  put(policy_text("two", "  match: {}\n"));
  EXPECT_EQ(live->reload(), LiveSet::Change::replaced);
  EXPECT_EQ(live->current().set->policies.size(), 1U);
  put(policy_text("three", "  match: {}\n"));
  EXPECT_EQ(live->reload(), LiveSet::Change::replaced);
  EXPECT_EQ(live->current().set->policies.at(0).name, "three");
}

TEST_F(Live, GivesASetThatOutlivesTheNext) {
  put(policy_text("one", "  match: {}\n"));
  auto live = LiveSet::open(folder_);
  ASSERT_TRUE(live.has_value());
  const Generation taken = live->current();
  put(policy_text("two", "  match: {}\n"));
  EXPECT_EQ(live->reload(), LiveSet::Change::replaced);
  EXPECT_EQ(taken.set->policies.at(0).name, "one");
}

}  // namespace
}  // namespace podsysctl::rules
