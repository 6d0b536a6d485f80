// SPDX-License-Identifier: Apache-2.0
#include "linux/regular_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "linux/file.h"
#include "linux/temporary_folder.h"

namespace podsysctl::linux {
namespace {

using ::testing::HasSubstr;

class RegularFileTest : public ::testing::Test {
 protected:
  const TemporaryFolder folder_ = TemporaryFolder::make().value();
};

TEST_F(RegularFileTest, GivesContentSizeAndAnIdentityThatChangesWithIt) {
  const std::string path = folder_ / "a";
  ASSERT_TRUE(write_file(path, "hello"));
  const auto first = open_regular(path).value();
  EXPECT_EQ(first.size, 5U);
  std::array<char, 16> buffer{};
  EXPECT_EQ(read_some_at(first.fd.ref(), buffer, 0, path).value(), 5U);
  EXPECT_EQ(read_some_at(first.fd.ref(), buffer, 5, path).value(), 0U);
  EXPECT_EQ(open_regular(path).value().identity, first.identity);
  ASSERT_TRUE(write_file_atomically(path, "world"));
  EXPECT_NE(open_regular(path).value().identity, first.identity);
}

TEST_F(RegularFileTest, RefusesWhatIsNone) {
  ASSERT_EQ(::mkfifo((folder_ / "fifo").c_str(), 0600), 0);
  ASSERT_EQ(::symlink("/etc/passwd", (folder_ / "link").c_str()), 0);
  for (const std::string& path : {folder_ / "fifo", folder_.path(), std::string("/dev/null")}) {
    const auto opened = open_regular(path);
    ASSERT_FALSE(opened) << path;
    EXPECT_EQ(opened.error().code, Code::invalid_argument);
    EXPECT_EQ(opened.error().message, path + " is no regular file");
  }
  EXPECT_EQ(open_regular(folder_ / "absent").error().code, Code::not_found);
  const Fd folder = open_file(folder_.path(), O_PATH | O_DIRECTORY).value();
  for (const std::string path : {"link", "../x", "/etc/passwd"}) {
    const auto opened = open_regular_beneath(folder.ref(), path, "blob");
    ASSERT_FALSE(opened) << path;
    EXPECT_THAT(opened.error().message, HasSubstr("open blob (symbolic links are not followed)"));
  }
}

}  // namespace
}  // namespace podsysctl::linux
