// SPDX-License-Identifier: Apache-2.0
#include "linux/open_in_root.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include "linux/file.h"
#include "linux/temporary_folder.h"

namespace podsysctl::linux {
namespace {

class OpenInRoot : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(make_directories(folder_ / "root/etc"));
    ASSERT_TRUE(make_directories(folder_ / "root/usr/share"));
    ASSERT_TRUE(write_file(folder_ / "root/etc/passwd", "inside"));
    ASSERT_TRUE(write_file(folder_ / "outside", "outside"));
    auto root = open_file(folder_ / "root", O_PATH | O_DIRECTORY);
    ASSERT_TRUE(root) << root.error().message;
    root_ = std::move(*root);
  }
  void link(const std::string& target, const std::string& path) const {
    ASSERT_EQ(::symlink(target.c_str(), (folder_ / "root/" + path).c_str()), 0);
  }

  const TemporaryFolder folder_ = TemporaryFolder::make().value();
  Fd root_;
};

TEST_F(OpenInRoot, FollowsLinksAsAProcessInsideWould) {
  link("/etc/passwd", "absolute");
  link("../../../../../../etc", "up");
  link("usr/share/../../etc/passwd", "relative");
  for (const char* const path :
       {"etc/passwd", "/etc/passwd", "absolute", "/up/passwd", "relative", "../../etc/passwd"}) {
    const auto fd = open_regular_in_root(root_.ref(), path);
    ASSERT_TRUE(fd) << path << ": " << fd.error().message;
    EXPECT_EQ(read_all(fd->ref(), path).value(), "inside") << path;
    EXPECT_EQ(place_in_root(root_.ref(), path).value(), "/etc/passwd") << path;
  }
}

TEST_F(OpenInRoot, PlacesOfThingsThatAreNotThere) {
  link("/proc/sys", "dangling");
  link("dangling/../../../new", "next");
  link("loop", "loop");
  const std::pair<const char*, const char*> cases[] = {
      {"/", "/"},
      {"../..", "/"},
      {"/a//b/./c/..", "/a/b"},
      {"/dangling/net", "/proc/sys/net"},
      {"/next/x", "/new/x"},
      {"/etc/passwd/x", "/etc/passwd/x"},
  };
  for (const auto& [path, place] : cases) {
    EXPECT_EQ(place_in_root(root_.ref(), path).value(), place) << path;
  }
  const auto loop = place_in_root(root_.ref(), "/loop/x");
  ASSERT_FALSE(loop);
  EXPECT_EQ(loop.error().message, "/loop/x: too many links");
}

TEST_F(OpenInRoot, NeverLeadsOut) {
  link(folder_ / "outside", "escape");
  link("../outside", "step");
  for (const char* const path : {"escape", "step", "../outside"}) {
    const auto fd = open_regular_in_root(root_.ref(), path);
    ASSERT_FALSE(fd) << path;
    EXPECT_EQ(fd.error().code, Code::not_found) << fd.error().message;
  }
}

TEST_F(OpenInRoot, OpensRegularFilesOnly) {
  ASSERT_EQ(::mkfifo((folder_ / "root/fifo").c_str(), 0600), 0);
  for (const char* const path : {"fifo", "etc"}) {
    const auto fd = open_regular_in_root(root_.ref(), path);
    ASSERT_FALSE(fd) << path;
    EXPECT_EQ(fd.error().code, Code::invalid_argument);
    EXPECT_EQ(fd.error().message, std::string(path) + " is no regular file");
  }
}

}  // namespace
}  // namespace podsysctl::linux
