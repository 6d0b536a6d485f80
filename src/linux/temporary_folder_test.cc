// SPDX-License-Identifier: Apache-2.0
#include "linux/temporary_folder.h"

#include <stdlib.h>

#include <filesystem>
#include <utility>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "linux/file.h"

namespace podsysctl::linux {
namespace {

using testing::HasSubstr;

TEST(TemporaryFolder, GoesWithAllThatIsInItAndNoSooner) {
  std::string path;
  {
    auto first = TemporaryFolder::make().value();
    path = first.path();
    ASSERT_TRUE(make_directories(first / "a/b"));
    ASSERT_TRUE(write_file(first / "a/b/c", "x"));
    const TemporaryFolder second(std::move(first));
    first = TemporaryFolder::make().value();
    EXPECT_NE(first.path(), path);
    EXPECT_EQ(second.path(), path);
    EXPECT_EQ(read_file(second / "a/b/c").value(), "x");
  }
  EXPECT_FALSE(std::filesystem::exists(path));
}

TEST(TemporaryFolder, SaysWhereNoneCanBeMade) {
  ASSERT_EQ(::setenv("TMPDIR", "/proc/sys", 1), 0);
  const auto folder = TemporaryFolder::make();
  ASSERT_EQ(::unsetenv("TMPDIR"), 0);
  ASSERT_FALSE(folder);
  EXPECT_THAT(folder.error().message, HasSubstr("make the temporary folder /proc/sys/podsysctl-"));
}

}  // namespace
}  // namespace podsysctl::linux
