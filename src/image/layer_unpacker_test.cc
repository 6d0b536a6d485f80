// SPDX-License-Identifier: Apache-2.0
#include "image/layer_unpacker.h"

#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <filesystem>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "image/test_support.h"
#include "linux/mounts.h"
#include "linux/temporary_folder.h"

namespace podsysctl::image {
namespace {

using testing::device;
using ::testing::ElementsAre;
using testing::file;
using testing::folder;
using testing::hard_link_to;
using ::testing::HasSubstr;
using testing::make_tar;
using testing::read_text;
using testing::symlink_to;
using testing::TestEntry;

class LayerTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (::geteuid() != 0) {
      GTEST_SKIP() << "needs root: owners, devices, trusted xattrs";
    }
    std::filesystem::create_directories(root());
    testing::write_text(victim(), "safe");
  }
  [[nodiscard]] std::string root() const { return temp_.path() + "/root"; }
  [[nodiscard]] std::string victim() const { return temp_.path() + "/victim"; }
  [[nodiscard]] struct stat status(const std::string& path) const {
    struct stat out{};
    EXPECT_EQ(::lstat((root() + "/" + path).c_str(), &out), 0) << path;
    return out;
  }
  [[nodiscard]] Result<UnpackedLayer> unpack(std::string_view blob,
                                             const Limits& limits = {}) const {
    MemorySource source(blob);
    return unpack_layer(source, root(), limits, [](std::uint64_t) {});
  }

  const linux::TemporaryFolder temp_ = linux::TemporaryFolder::make().value();
};

TEST_F(LayerTest, KeepsWhatTheArchiveSays) {
  TestEntry su = file("bin/su", "#!");
  su.mode = 04755;
  su.uid = 12;
  su.gid = 2'000'000'000;
  // cap_net_bind_service=ep, revision 2 (include/uapi/linux/capability.h).
  su.xattrs = {{"security.capability", std::string("\1\0\0\2\0\4\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 20)},
               {"security.selinux", "other host's"}};
  const std::string tar =
      make_tar({folder("./"), folder("bin", 0711), su, symlink_to("bin/abs", "/etc/../x"),
                hard_link_to("bin/ln", "/bin/su"), device("dev/zero", S_IFCHR, 1, 5),
                device("dev/disk", S_IFBLK, 8, 1), device("run/pipe", S_IFIFO, 0, 0),
                file("n\xc3\xbc\xe2\x82\xac/\xc3\xa9", "utf-8")});
  const auto layer = unpack(tar);
  ASSERT_TRUE(layer) << layer.error().message;
  EXPECT_EQ(layer->diff_id, sha256_of(tar));
  EXPECT_EQ(layer->blob_digest, layer->diff_id);
  EXPECT_EQ(layer->blob_bytes, tar.size());
  EXPECT_EQ(status("bin").st_mode, S_IFDIR | 0711U);
  EXPECT_EQ(status("bin").st_mtim.tv_sec, 1'000'000'000);
  EXPECT_EQ(status("bin/su").st_mode, S_IFREG | 04755U);
  EXPECT_EQ(status("bin/su").st_uid, 12U);
  EXPECT_EQ(status("bin/su").st_gid, 2'000'000'000U);
  EXPECT_EQ(status("bin/su").st_nlink, 2U);
  EXPECT_EQ(std::filesystem::read_symlink(root() + "/bin/abs"), "/etc/../x");
  EXPECT_EQ(status("dev/zero").st_rdev, makedev(1, 5));
  EXPECT_TRUE(S_ISBLK(status("dev/disk").st_mode));
  EXPECT_TRUE(S_ISFIFO(status("run/pipe").st_mode));
  EXPECT_EQ(read_text(root() + "/n\xc3\xbc\xe2\x82\xac/\xc3\xa9"), "utf-8");
  char value[64]{};
  EXPECT_EQ(::lgetxattr((root() + "/bin/su").c_str(), "security.capability", value, 64), 20);
}

TEST_F(LayerTest, DecompressesAndDigestsBothStreams) {
  const std::vector<TestEntry> entries = {folder("d"), file("d/f", std::string(300'000, 'x'))};
  const std::string tar = make_tar(entries);
  for (const std::string filter : {"gzip", "zstd", "xz", "bzip2"}) {
    const std::string blob = make_tar(entries, filter);
    ASSERT_LT(blob.size(), tar.size());
    const auto layer = unpack(blob);
    ASSERT_TRUE(layer) << filter << ": " << layer.error().message;
    EXPECT_EQ(layer->diff_id, sha256_of(tar)) << filter;
    EXPECT_EQ(layer->blob_digest, sha256_of(blob)) << filter;
    EXPECT_EQ(read_text(root() + "/d/f"), std::string(300'000, 'x'));
  }
}

TEST_F(LayerTest, WhatFollowsTheEndOfTheArchiveCountsForTheDigests) {
  const std::string tar = make_tar({file("a")}) + std::string(9000, '\0') + "tail";
  const auto layer = unpack(tar);
  ASSERT_TRUE(layer) << layer.error().message;
  EXPECT_EQ(layer->diff_id, sha256_of(tar));
}

TEST_F(LayerTest, AnEmptyTarIsAnEmptyLayer) {
  const auto layer = unpack(std::string(1024, '\0'));
  ASSERT_TRUE(layer) << layer.error().message;
  EXPECT_TRUE(testing::tree_of(root()).empty());
}

TEST_F(LayerTest, RefusesHostileLayers) {
  const std::string up = temp_.path();
  TestEntry redirect = folder("d");
  redirect.xattrs = {{"trusted.overlay.redirect", "/etc"}};
  TestEntry rich = file("f");
  rich.uid = 0xffffffff;
  TestEntry huge = file("f");
  huge.uid = std::int64_t{1} << 40;
  struct Row {
    std::vector<TestEntry> entries;
    std::string_view message;
  };
  const Row rows[] = {
      {{file("../victim", "x")}, "\"../victim\" leads upwards"},
      {{file("a/../../victim", "x")}, "leads upwards"},
      {{file("/../victim", "x")}, "leads upwards"},
      {{symlink_to("s", ".."), file("s/victim", "x")}, "through the symbolic link \"s\""},
      {{symlink_to("s", up), file("s/victim", "x")}, "through the symbolic link \"s\""},
      {{symlink_to("s", "/"), folder("s/tmp/new")}, "through the symbolic link \"s\""},
      {{symlink_to("a", "b"), symlink_to("b", ".."), file("a/x")}, "symbolic link \"a\""},
      {{folder("d"), symlink_to("d/s", "../.."), file("d/s/victim")}, "link \"d/s\""},
      {{symlink_to("s", ".."), file("s/.wh.victim")}, "through the symbolic link"},
      {{symlink_to("s", ".."), file("s/.wh..wh..opq")}, "through the symbolic link"},
      {{hard_link_to("h", "../victim"), file("h", "x")}, "leads upwards"},
      {{hard_link_to("h", victim()), file("h", "x")}, "No such file"},
      {{symlink_to("s", ".."), hard_link_to("h", "s/victim")}, "hard link \"h\" to \"s/victim\""},
      {{folder("d"), hard_link_to("h", "d")}, "hard link \"h\""},
      {{hard_link_to("h", "h")}, "hard link to itself"},
      {{file(".wh...")}, "whiteout of \"..\""},
      {{file("a/.wh..")}, "whiteout of \".\""},
      {{file(".wh.")}, "whiteout of \"\""},
      {{file(".wh.a/b")}, "inside the whiteout"},
      {{device("w", S_IFCHR, 0, 0)}, "character device 0:0"},
      {{redirect}, "\"trusted.overlay.redirect\", which is overlayfs' own"},
      {{rich}, "the impossible owner 4294967295"},
      {{huge}, "the impossible owner"},
      {{folder("d"), file("d", "x")}, "is a folder and something else"},
      {{file("f"), file("f/x")}, "\"f\", which is no folder"},
      {{file(".", "x")}, "stands for the top folder"},
      {{file(std::string(256, 'n'))}, "has the component"},
      {{file([] {
         std::string deep;
         for (int i = 0; i < 2100; ++i) {
           deep += "d/";
         }
         return deep + "f";
       }())},
       "the limit is 4095"},
  };
  for (const Row& row : rows) {
    std::filesystem::remove_all(root());
    std::filesystem::create_directories(root());
    const auto layer = unpack(make_tar(row.entries));
    ASSERT_FALSE(layer) << row.message;
    EXPECT_THAT(layer.error().message, HasSubstr(std::string(row.message)));
    EXPECT_EQ(read_text(victim()), "safe");
    std::filesystem::remove_all(root());
    EXPECT_THAT(testing::tree_of(temp_.path()), ElementsAre("victim")) << row.message;
  }
}

TEST_F(LayerTest, NoDeviceOrPipeIsEverOpened) {
  // The pipe would block, the device (a loop device's number) would be written to.
  const auto layer = unpack(make_tar({device("pipe", S_IFIFO, 0, 0), file("pipe", "data"),
                                      device("disk", S_IFBLK, 7, 250), file("disk", "data"),
                                      symlink_to("link", victim()), file("link", "data")}));
  ASSERT_TRUE(layer) << layer.error().message;
  for (const std::string name : {"pipe", "disk", "link"}) {
    EXPECT_TRUE(S_ISREG(status(name).st_mode)) << name;
    EXPECT_EQ(read_text(root() + "/" + name), "data");
  }
  EXPECT_EQ(read_text(victim()), "safe");
}

TEST_F(LayerTest, LimitsStopBombs) {
  std::vector<TestEntry> many;
  for (int i = 0; i < 30; ++i) {
    many.push_back(file("same"));
  }
  const std::string megabyte(1 << 20, '\0');
  struct Row {
    std::string blob;
    Code code;
    std::string_view message;
  };
  const Row rows[] = {
      {make_tar(many), Code::denied_by_policy, "more than 20 entries"},
      {make_tar({file("a/b/c/d/e/f/g/h/i/j/k/l/m/n/o/p/q/r/s/t/u/v"), file("x")}),
       Code::denied_by_policy, "more than 20 entries"},
      {make_tar({file("a", megabyte)}, "gzip"), Code::denied_by_policy,
       "unpacks to more than 500000 bytes"},
      {make_tar({file("a", megabyte.substr(0, 300'000)), file("b", megabyte.substr(0, 300'000))},
                "zstd"),
       Code::denied_by_policy, "unpacks to more than 500000 bytes"},
      {make_tar({file("a")}) + megabyte, Code::invalid_argument, "is larger than 500000 bytes"},
  };
  for (const Row& row : rows) {
    std::filesystem::remove_all(root());
    std::filesystem::create_directories(root());
    const auto layer = unpack(row.blob, {.layer_bytes = 500'000, .layer_entries = 20});
    ASSERT_FALSE(layer) << row.message;
    EXPECT_EQ(layer.error().code, row.code);
    EXPECT_THAT(layer.error().message, HasSubstr(std::string(row.message)));
  }
}

TEST_F(LayerTest, AHoleAsLargeAsAnExabyteIsCounted) {
  // A GNU sparse file (old format): one data block, a real size of 2^60.
  std::string header(512, '\0');
  header.replace(0, 4, "bomb");
  header.replace(100, 8, std::string("0000644\0", 8));
  header.replace(108, 8, std::string("0000000\0", 8));
  header.replace(116, 8, std::string("0000000\0", 8));
  header.replace(124, 12, std::string("00000000000\0", 12));
  header.replace(136, 12, std::string("00000000000\0", 12));
  header[156] = 'S';
  header.replace(257, 8, "ustar  ");
  std::string size("\x80\0\0\0\x10\0\0\0\0\0\0\0", 12);
  header.replace(483, 12, size);
  header.replace(148, 8, "        ");
  unsigned sum = 0;
  for (const char c : header) {
    sum += static_cast<unsigned char>(c);
  }
  header.replace(148, 8, fmt::format("{:06o}", sum) + std::string("\0 ", 2));
  const auto layer = unpack(header + std::string(1024, '\0'));
  ASSERT_FALSE(layer);
  EXPECT_THAT(layer.error().message, HasSubstr("\"bomb\": the layer unpacks to more than"));
}

TEST_F(LayerTest, RefusesDamagedBlobs) {
  const std::string tar = make_tar({file("a", std::string(100'000, 'y'))});
  const std::string gzip = make_tar({file("a", tar)}, "gzip");
  struct Row {
    std::string blob;
    std::string_view message;
  };
  const Row rows[] = {
      {"", ""},
      {"no tar at all", "Unrecognized archive format"},
      {tar.substr(0, 50'000), "Truncated"},
      {gzip.substr(0, gzip.size() / 2), "truncated"},
      {make_tar({file("x", gzip)}, "gzip").substr(0, 40), "runcated"},
      {std::string("\x1f\x8b") + "garbage", ""},
      {std::string("\x28\xb5\x2f\xfd") + "garbage", ""},
      {std::string("\xfd") + "7zXZ" + std::string(1, '\0') + "garbage", ""},
      {"BZh9garbage", ""},
  };
  for (const Row& row : rows) {
    const auto layer = unpack(row.blob);
    ASSERT_FALSE(layer) << row.message;
    EXPECT_EQ(layer.error().code, Code::invalid_argument);
    EXPECT_THAT(layer.error().message, HasSubstr(std::string(row.message)));
  }
}

TEST_F(LayerTest, WhiteoutsHideTheLowerLayerInARealOverlay) {
  const std::string lower = temp_.path() + "/lower";
  const auto unpack_into = [&](const std::string& target, const std::vector<TestEntry>& entries) {
    std::filesystem::create_directories(target);
    const std::string tar = make_tar(entries);
    MemorySource source(tar);
    return unpack_layer(source, target, {}, [](std::uint64_t) {});
  };
  ASSERT_TRUE(unpack_into(lower, {folder("etc"), file("etc/gone", "1"), file("etc/stays", "1"),
                                  folder("opq"), file("opq/old"), folder("back"), file("back/old"),
                                  file("replaced", "old"), folder("tree"), file("tree/leaf")}));
  ASSERT_TRUE(unpack_into(
      root(), {folder("etc"), file("etc/.wh.gone"), folder("opq"), file("opq/new"),
               file("opq/.wh..wh..opq"), file(".wh.back"), folder("back"), file("back/new"),
               file("replaced", "new"), file(".wh.replaced"), file(".wh.tree")}));
  linux::Overlay overlay{.lower = {root(), lower},
                         .upper = temp_.path() + "/upper",
                         .work = temp_.path() + "/work",
                         .target = temp_.path() + "/merged"};
  for (const std::string& path : {overlay.upper, overlay.work, overlay.target}) {
    std::filesystem::create_directories(path);
  }
  const auto mounted = linux::mount_overlay(overlay);
  if (!mounted) {
    GTEST_SKIP() << mounted.error().message;
  }
  EXPECT_THAT(testing::tree_of(overlay.target),
              ElementsAre("back", "back/new", "etc", "etc/stays", "opq", "opq/new", "replaced"));
  EXPECT_EQ(read_text(overlay.target + "/replaced"), "new");
  EXPECT_TRUE(linux::unmount(overlay.target));
}

}  // namespace
}  // namespace podsysctl::image
