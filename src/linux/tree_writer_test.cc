// SPDX-License-Identifier: Apache-2.0
#include "linux/tree_writer.h"

#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <filesystem>
#include <functional>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "linux/file.h"
#include "linux/temporary_folder.h"

namespace podsysctl::linux {
namespace {

using ::testing::HasSubstr;

class TreeWriterTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (::geteuid() != 0) {
      GTEST_SKIP() << "needs root: owners, devices, trusted xattrs";
    }
    std::filesystem::create_directories(root_);
    std::filesystem::create_directories(base_ / "outside");
    ASSERT_TRUE(write_file(base_ / "outside/victim", "safe"));
  }

  [[nodiscard]] struct stat status(const std::string& path) const {
    struct stat out{};
    EXPECT_EQ(::lstat((root_ + "/" + path).c_str(), &out), 0) << path;
    return out;
  }
  [[nodiscard]] bool whiteout(const std::string& path) const {
    const struct stat found = status(path);
    return S_ISCHR(found.st_mode) && found.st_rdev == makedev(0, 0);
  }
  [[nodiscard]] bool opaque(const std::string& path) const {
    char value[4]{};
    return ::lgetxattr((root_ + "/" + path).c_str(), "trusted.overlay.opaque", value, 4) == 1;
  }
  static Result<> put(TreeWriter& tree, std::string_view path, std::string_view data,
                      const EntryAttributes& attributes = {.mode = 0644}) {
    PSYS_TRY_ASSIGN(const NewFile file, tree.add_file(path));
    PSYS_TRY(file.write_at(data, 0));
    return file.finish(attributes, data.size());
  }
  [[nodiscard]] std::string content(const std::string& path) const {
    return read_file(root_ + "/" + path).value();
  }

  const TemporaryFolder base_ = TemporaryFolder::make().value();
  const std::string root_ = base_ / "root";
};

TEST_F(TreeWriterTest, KeepsOwnersModesTimesAndXattrs) {
  auto tree = TreeWriter::open(root_).value();
  const EntryAttributes folder{.mode = 01777, .uid = 3, .gid = 4, .mtime = {1000, 5}};
  const EntryAttributes file{.mode = 04755,
                             .uid = 7,
                             .gid = 8,
                             .mtime = {2000, 6},
                             .xattrs = {{"user.note", std::string("a\0b", 3)}}};
  ASSERT_TRUE(tree.add_folder("tmp", folder));
  ASSERT_TRUE(put(tree, "tmp/su", "12345", file));
  ASSERT_TRUE(tree.add_symlink("tmp/link", "/etc/passwd", {.uid = 9, .gid = 9, .mtime = {3, 0}}));
  ASSERT_TRUE(tree.add_hard_link("tmp/hard", "tmp/su"));
  ASSERT_TRUE(tree.add_node("dev/null", S_IFCHR, makedev(1, 3), {.mode = 0666}));
  ASSERT_TRUE(tree.add_node("pipe", S_IFIFO, 0, {.mode = 0622}));
  ASSERT_TRUE(tree.finish());

  EXPECT_EQ(status("tmp").st_mode, S_IFDIR | 01777U);
  EXPECT_EQ(status("tmp").st_uid, 3U);
  EXPECT_EQ(status("tmp").st_mtim.tv_sec, 1000);
  EXPECT_EQ(status("tmp/su").st_mode, S_IFREG | 04755U);
  EXPECT_EQ(status("tmp/su").st_gid, 8U);
  EXPECT_EQ(status("tmp/su").st_mtim.tv_nsec, 6);
  EXPECT_EQ(status("tmp/su").st_nlink, 2U);
  char value[8]{};
  EXPECT_EQ(::lgetxattr((root_ + "/tmp/su").c_str(), "user.note", value, sizeof value), 3);
  EXPECT_EQ(std::filesystem::read_symlink(root_ + "/tmp/link"), "/etc/passwd");
  EXPECT_EQ(status("tmp/link").st_uid, 9U);
  EXPECT_EQ(status("dev").st_mode, S_IFDIR | 0755U);
  EXPECT_EQ(status("dev/null").st_rdev, makedev(1, 3));
  EXPECT_EQ(status("dev/null").st_mode, S_IFCHR | 0666U);
  EXPECT_EQ(status("pipe").st_mode, S_IFIFO | 0622U);
  EXPECT_EQ(tree.made(), 7U);
}

TEST_F(TreeWriterTest, HolesStayHoles) {
  auto tree = TreeWriter::open(root_).value();
  const auto file = tree.add_file("sparse").value();
  ASSERT_TRUE(file.write_at("end", std::uint64_t{1} << 30U));
  ASSERT_TRUE(file.finish({}, (std::uint64_t{1} << 30U) + 3));
  EXPECT_EQ(status("sparse").st_size, (1L << 30) + 3);
  EXPECT_LT(status("sparse").st_blocks, 1024);
}

TEST_F(TreeWriterTest, WhiteoutsHideLowerLayersOnly) {
  auto tree = TreeWriter::open(root_).value();
  ASSERT_TRUE(tree.add_whiteout("etc/gone"));
  ASSERT_TRUE(put(tree, "kept", "k"));
  ASSERT_TRUE(tree.add_whiteout("kept"));
  ASSERT_TRUE(tree.add_folder("folder", {}));
  ASSERT_TRUE(tree.add_whiteout("folder"));
  ASSERT_TRUE(tree.add_whiteout("back"));
  ASSERT_TRUE(put(tree, "back/file", "b"));
  ASSERT_TRUE(tree.add_whiteout("again"));
  ASSERT_TRUE(tree.add_folder("again", {.mode = 0700}));
  ASSERT_TRUE(tree.make_opaque("fresh/opaque"));
  ASSERT_TRUE(tree.make_opaque(""));
  EXPECT_TRUE(whiteout("etc/gone"));
  EXPECT_EQ(content("kept"), "k");
  EXPECT_TRUE(opaque("folder"));
  EXPECT_TRUE(opaque("back"));
  EXPECT_EQ(content("back/file"), "b");
  EXPECT_TRUE(opaque("again"));
  EXPECT_EQ(status("again").st_mode, S_IFDIR | 0700U);
  EXPECT_TRUE(opaque("fresh/opaque"));
  EXPECT_TRUE(opaque(""));
  EXPECT_FALSE(opaque("fresh"));
}

TEST_F(TreeWriterTest, WhatStandsAtAPathIsReplacedNotFollowedNorOpened) {
  auto tree = TreeWriter::open(root_).value();
  ASSERT_TRUE(tree.add_symlink("link", "../outside/victim", {}));
  ASSERT_TRUE(put(tree, "link", "new"));
  EXPECT_EQ(status("link").st_mode, S_IFREG | 0644U);
  ASSERT_TRUE(tree.add_node("fifo", S_IFIFO, 0, {}));
  ASSERT_TRUE(put(tree, "fifo", "no fifo"));
  ASSERT_TRUE(tree.add_node("device", S_IFBLK, makedev(254, 0), {}));
  ASSERT_TRUE(put(tree, "device", "no device"));
  EXPECT_EQ(content("device"), "no device");
  ASSERT_TRUE(tree.add_symlink("folder", "../outside", {}));
  ASSERT_TRUE(tree.add_folder("folder", {}));
  ASSERT_TRUE(put(tree, "folder/victim", "inside"));
  ASSERT_TRUE(put(tree, "one", "1"));
  ASSERT_TRUE(tree.add_hard_link("two", "one"));
  ASSERT_TRUE(put(tree, "two", "2"));
  EXPECT_EQ(content("one"), "1");
  EXPECT_EQ(read_file(base_ / "outside/victim").value(), "safe");
}

TEST_F(TreeWriterTest, RefusesEveryWayOut) {
  auto tree = TreeWriter::open(root_).value();
  ASSERT_TRUE(tree.add_symlink("up", "../outside", {}));
  ASSERT_TRUE(tree.add_symlink("abs", base_ / "outside", {}));
  ASSERT_TRUE(tree.add_folder("d", {}));
  ASSERT_TRUE(tree.add_symlink("d/up", "../up", {}));
  ASSERT_TRUE(put(tree, "file", ""));
  const std::string long_name(256, 'x');
  const std::string long_path = [] {
    std::string out = "a";
    while (out.size() < 4200) {
      out += "/a";
    }
    return out;
  }();
  struct Row {
    std::function<Result<>()> attempt;
    std::string_view message;
  };
  const Row rows[] = {
      {[&] { return put(tree, "../x", ""); }, "has the component \"..\""},
      {[&] { return put(tree, "d/../../x", ""); }, "has the component \"..\""},
      {[&] { return put(tree, "/etc/x", ""); }, "has the component \"\""},
      {[&] { return put(tree, "d//x", ""); }, "has the component \"\""},
      {[&] { return put(tree, "d/./x", ""); }, "has the component \".\""},
      {[&] { return put(tree, "", ""); }, "has the component \"\""},
      {[&] { return put(tree, std::string_view("a\0b", 3), ""); }, "has a NUL"},
      {[&] { return put(tree, long_name, ""); }, "has the component"},
      {[&] { return put(tree, long_path, ""); }, "the limit is 4095"},
      {[&] { return put(tree, "up/victim", ""); }, "through the symbolic link \"up\""},
      {[&] { return put(tree, "abs/victim", ""); }, "through the symbolic link \"abs\""},
      {[&] { return put(tree, "d/up/victim", ""); }, "through the symbolic link \"d/up\""},
      {[&] { return tree.add_folder("up/new", {}); }, "through the symbolic link"},
      {[&] { return tree.add_whiteout("up/victim"); }, "through the symbolic link"},
      {[&] { return tree.make_opaque("up"); }, "through the symbolic link"},
      {[&] { return tree.add_symlink("abs/l", "x", {}); }, "through the symbolic link"},
      {[&] { return tree.add_node("abs/n", S_IFCHR, makedev(1, 3), {}); }, "symbolic link"},
      {[&] { return put(tree, "file/x", ""); }, "\"file\", which is no folder"},
      {[&] { return put(tree, "d", ""); }, "is a folder and something else"},
      {[&] { return tree.add_hard_link("h", "../outside/victim"); }, "has the component \"..\""},
      {[&] { return tree.add_hard_link("h", "/etc/passwd"); }, "has the component \"\""},
      {[&] { return tree.add_hard_link("h", "up/victim"); }, "Not a directory"},
      {[&] { return tree.add_hard_link("h", "absent"); }, "No such file"},
      {[&] { return tree.add_hard_link("h", "d"); }, "not permitted"},
      {[&] { return tree.add_hard_link("file", "file"); }, "hard link to itself"},
      {[&] { return tree.add_node("w", S_IFCHR, makedev(0, 0), {}); }, "character device 0:0"},
  };
  for (const Row& row : rows) {
    const Result<> done = row.attempt();
    ASSERT_FALSE(done) << row.message;
    EXPECT_THAT(done.error().message, HasSubstr(std::string(row.message)));
  }
  // A hard link to a link is the link itself, not what it points to.
  ASSERT_TRUE(tree.add_symlink("to_victim", "../outside/victim", {}));
  ASSERT_TRUE(tree.add_hard_link("second", "to_victim"));
  EXPECT_TRUE(S_ISLNK(status("second").st_mode));
  EXPECT_EQ(read_file(base_ / "outside/victim").value(), "safe");
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(base_ / "outside"), {}), 1);
}

}  // namespace
}  // namespace podsysctl::linux
