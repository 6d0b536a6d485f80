// SPDX-License-Identifier: Apache-2.0
#include "linux/file_watch.h"

#include <fcntl.h>

#include <filesystem>

#include <gtest/gtest.h>

#include "linux/file.h"
#include "linux/temporary_folder.h"

namespace podsysctl::linux {
namespace {

using std::chrono::milliseconds;

TEST(FolderWatch, TellsOfChangesOnce) {
  const auto folder = TemporaryFolder::make().value();
  FolderWatch watch = FolderWatch::open(folder.path()).value();
  EXPECT_FALSE(*watch.wait(milliseconds(0)));
  ASSERT_TRUE(write_file(folder / "a", "text"));
  EXPECT_TRUE(*watch.wait(milliseconds(1000)));
  EXPECT_FALSE(*watch.wait(milliseconds(0)));
  std::filesystem::remove(folder / "a");
  EXPECT_TRUE(*watch.wait(milliseconds(1000)));
}

TEST(FolderWatch, AFileBehindALinkCounts) {
  const auto folder = TemporaryFolder::make().value();
  const auto other = TemporaryFolder::make().value();
  ASSERT_TRUE(write_file(other / "file", "text"));
  std::filesystem::create_symlink(other / "file", folder / "link");
  FolderWatch watch = FolderWatch::open(folder.path()).value();
  ASSERT_TRUE(write_file(other / "file", "more"));
  EXPECT_TRUE(*watch.wait(milliseconds(1000)));
}

TEST(FolderWatch, CountsHowOftenOneFileWasClosedByAWriter) {
  const auto folder = TemporaryFolder::make().value();
  FolderWatch watch = FolderWatch::open(folder.path()).value();
  watch.count_closings_of("log");
  ASSERT_TRUE(write_file(folder / "logs", "another"));
  ASSERT_TRUE(write_file(folder / std::string(200, 'l'), "a long name"));
  {
    const auto writer = open_file(folder / "log", O_WRONLY | O_CREAT | O_APPEND, 0600);
    ASSERT_TRUE(writer) << writer.error().message;
    ASSERT_TRUE(read_file(folder / "log")) << "a reader closes it";
    ASSERT_TRUE(*watch.wait(milliseconds(1000)));
    EXPECT_EQ(watch.closings(), 0U);
  }
  ASSERT_TRUE(*watch.wait(milliseconds(1000)));
  EXPECT_EQ(watch.closings(), 1U);
  for (int i = 0; i < 60; ++i) {  // more than one read takes
    ASSERT_TRUE(write_file(folder / "log", "text"));
  }
  ASSERT_TRUE(*watch.wait(milliseconds(1000)));
  EXPECT_EQ(watch.closings(), 61U);
}

TEST(FolderWatch, AFolderThatIsNotThereIsNamed) {
  const auto watch = FolderWatch::open("/nonexistent/folder");
  ASSERT_FALSE(watch);
  EXPECT_EQ(watch.error().code, Code::not_found);
  EXPECT_EQ(watch.error().message, "watch /nonexistent/folder: No such file or directory");
}

}  // namespace
}  // namespace podsysctl::linux
