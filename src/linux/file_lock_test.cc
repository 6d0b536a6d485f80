// SPDX-License-Identifier: Apache-2.0
#include "linux/file_lock.h"

#include <sys/file.h>
#include <unistd.h>

#include <filesystem>
#include <string>

#include <gtest/gtest.h>

#include "linux/file.h"
#include "linux/file_watch.h"
#include "linux/temporary_folder.h"

namespace podsysctl::linux {
namespace {

class LockAndWatch : public testing::Test {
 protected:
  const TemporaryFolder folder_ = TemporaryFolder::make().value();
};

TEST_F(LockAndWatch, ALockExcludesOthersUntilItsDescriptorIsClosed) {
  const std::string path = folder_ / "lock";
  Fd held = *lock_file(path);
  const Fd other = *open_file(path, 02);
  EXPECT_NE(::flock(other.get(), LOCK_EX | LOCK_NB), 0);
  held.close();
  EXPECT_EQ(::flock(other.get(), LOCK_EX | LOCK_NB), 0);
}

TEST_F(LockAndWatch, TryingDoesNotWait) {
  const std::string path = folder_ / "lock";
  std::optional<Fd> first = *try_lock_file(path);
  ASSERT_TRUE(first);
  EXPECT_FALSE(try_lock_file(path)->has_value());
  first->close();
  EXPECT_TRUE(try_lock_file(path)->has_value());
}

TEST_F(LockAndWatch, ALockInAMissingFolderNamesThePath) {
  const auto lock = lock_file(folder_ / "none/lock");
  ASSERT_FALSE(lock);
  EXPECT_EQ(lock.error().code, Code::not_found);
  EXPECT_NE(lock.error().message.find("/none/lock"), std::string::npos) << lock.error().message;
}

TEST_F(LockAndWatch, AWriteBeforeTheWaitIsSeenOnce) {
  FolderWatch watch = *FolderWatch::open(folder_.path());
  EXPECT_FALSE(*watch.wait(std::chrono::milliseconds(0)));
  ASSERT_TRUE(write_file(folder_ / "a", "x"));
  EXPECT_TRUE(*watch.wait(std::chrono::seconds(10)));
  EXPECT_FALSE(*watch.wait(std::chrono::milliseconds(0)));
}

TEST_F(LockAndWatch, AWriteBehindALinkIsSeen) {
  const std::string elsewhere = folder_ / "elsewhere";
  ASSERT_TRUE(make_directories(elsewhere));
  ASSERT_TRUE(write_file(elsewhere + "/early", "x"));
  ASSERT_TRUE(write_file(elsewhere + "/late", "x"));
  const std::string watched = folder_ / "watched";
  ASSERT_TRUE(make_directories(watched));
  std::filesystem::create_symlink(elsewhere + "/early", watched + "/early");
  FolderWatch watch = *FolderWatch::open(watched);
  ASSERT_TRUE(write_file(elsewhere + "/early", "y"));
  EXPECT_TRUE(*watch.wait(std::chrono::seconds(10)));
  std::filesystem::create_symlink(elsewhere + "/late", watched + "/late");
  EXPECT_TRUE(*watch.wait(std::chrono::seconds(10)));
  ASSERT_TRUE(write_file(elsewhere + "/late", "y"));
  EXPECT_TRUE(*watch.wait(std::chrono::seconds(10)));
}

TEST_F(LockAndWatch, OnlyAFolderCanBeWatched) {
  const auto watch = FolderWatch::open(folder_ / "none");
  ASSERT_FALSE(watch);
  EXPECT_EQ(watch.error().code, Code::not_found);
}

}  // namespace
}  // namespace podsysctl::linux
