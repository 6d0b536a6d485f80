// SPDX-License-Identifier: Apache-2.0
// Layers, and roots that lie.
#include "engine/embedded/rootfs.h"

#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

#include <gmock/gmock.h>

#include "engine/embedded/sandbox_fixture.h"
#include "engine/volumes.h"
#include "linux/file.h"
#include "linux/mount_thread.h"

namespace podsysctl::engine {
namespace {

using ::testing::HasSubstr;

class RootfsTest : public testing::SandboxFixture {
 protected:
  // A file as it is seen inside the sandbox's mount namespace.
  [[nodiscard]] std::string inside(const std::string& path) const {
    std::string text;
    const auto read = linux::in_mount_namespace(*mounts_, [&]() -> Result<> {
      PSYS_TRY_ASSIGN(text, linux::read_file(path));
      return {};
    });
    return read ? text : read.error().message;
  }
  [[nodiscard]] Result<> check(const std::vector<std::string>& targets) const {
    const auto root = open_in_namespace(*mounts_, rootfs_);
    EXPECT_TRUE(root) << root.error().message;
    return check_rootfs(root->ref(), targets);
  }
  // Writes below the mounted root, through its upper folder as a container would.
  void replace(const std::string& name, const std::string& target) const {
    const auto done = linux::in_mount_namespace(*mounts_, [&]() -> Result<> {
      std::filesystem::remove_all(rootfs_ + name);
      std::filesystem::create_symlink(target, rootfs_ + name);
      return {};
    });
    ASSERT_TRUE(done) << done.error().message;
  }
};

TEST_F(RootfsTest, LayersAreStackedInTheSandboxOnly) {
  std::vector<std::string> layers;
  constexpr int kLayers = 100;  // with long names: more than mount(2) takes at once
  for (int i = 0; i < kLayers; ++i) {
    const std::string layer = folder_ + "/" + std::string(60, 'l') + std::to_string(i);
    ASSERT_TRUE(linux::make_directories(layer));
    ASSERT_TRUE(linux::write_file(layer + "/top", std::to_string(i)));
    ASSERT_TRUE(linux::write_file(layer + "/only" + std::to_string(i), "x"));
    layers.push_back(layer);
  }
  ASSERT_EQ(::chmod(layers.front().c_str(), 0711), 0);
  const auto merged = mount_rootfs(*mounts_, {layers, folder_ + "/many", folder_ + "/mounted"});
  ASSERT_TRUE(merged) << merged.error().message;
  EXPECT_EQ(inside(merged->path + "/top"), "0");
  EXPECT_EQ(inside(merged->path + "/only99"), "x");
  EXPECT_FALSE(std::filesystem::exists(merged->path + "/top")) << "mounted in our own namespace";
  struct stat root{};
  ASSERT_EQ(::stat((folder_ + "/many/upper").c_str(), &root), 0);
  EXPECT_EQ(root.st_mode & 07777U, 0711U);
}

TEST_F(RootfsTest, LayersHaveALimit) {
  for (const std::size_t count : {std::size_t{0}, std::size_t{501}}) {
    const auto merged = mount_rootfs(*mounts_, {std::vector<std::string>(count, folder_ + "/layer"),
                                                folder_ + "/x", folder_ + "/y"});
    ASSERT_FALSE(merged);
    EXPECT_EQ(merged.error().code, Code::unsupported);
  }
}

TEST_F(RootfsTest, LyingRootsAreRefused) {
  ASSERT_TRUE(check({"/etc/hosts", "/new/folder", "/dev/shm", "/proc", "/"}));
  replace("/data", "/tmp");
  EXPECT_TRUE(check({"/data/x"}));
  replace("/data", "/nowhere");
  EXPECT_TRUE(check({"/data/x"})) << "made by the runtime";
  for (const char* const target :
       {"/proc/sys", "/proc", "proc/../sys/x", "../../dev", "/proc/self/fd/7"}) {
    replace("/data", target);
    const auto checked = check({"/data/x"});
    ASSERT_FALSE(checked) << target;
    EXPECT_THAT(checked.error().message,
                HasSubstr("the path \"/data/x\" cannot be used: it leads to"));
    EXPECT_TRUE(check({})) << "a link that nothing is mounted on does no harm";
  }
  replace("/etc/resolv.conf", "../run/resolv.conf");
  EXPECT_TRUE(check({}));
  replace("/etc/resolv.conf", "../proc/sys/kernel/core_pattern");
  EXPECT_FALSE(check({}));
  replace("/etc/resolv.conf", "x");
  for (const char* const name : {"/dev", "/sys", "/proc"}) {
    replace(name, "/tmp");
    const auto checked = check({});
    ASSERT_FALSE(checked) << name;
    EXPECT_EQ(checked.error().code, Code::invalid_argument);
    EXPECT_THAT(checked.error().message,
                HasSubstr("the image's " + std::string(name) + " is a link"));
  }
}

TEST_F(RootfsTest, VolumesAreWhatTheySay) {
  const VolumeHome home{folder_ + "/volumes", folder_ + "/volumes", &*mounts_};
  pod::Volume files{.name = "config", .kind = pod::Volume::Kind::files};
  files.projected.files["a/b"] = {"text", 0440};
  const auto config = prepare_volume(home, files);
  ASSERT_TRUE(config) << config.error().message;
  EXPECT_EQ(inside(*config + "/a/b"), "text");
  EXPECT_FALSE(std::filesystem::exists(*config + "/a")) << "kept in the sandbox";
  EXPECT_EQ(prepare_volume(home, files).value(), *config);
  files.name = "bad";
  files.projected.files["../x"] = {};
  EXPECT_THAT(prepare_volume(home, files).error().message, HasSubstr("without \"..\""));

  pod::Volume memory{.name = "memory", .empty_dir = {true, 1 << 20}};
  EXPECT_TRUE(prepare_volume(home, memory));
  pod::Volume host{.name = "host", .kind = pod::Volume::Kind::host_path};
  host.host_path = {folder_ + "/layer/bin/data", pod::HostPath::Type::directory};
  EXPECT_THAT(
      prepare_volume(home, host).error().message,
      HasSubstr("hostPath type check failed: " + host.host_path.path + " is not a directory"));
  host.host_path = {folder_ + "/none", pod::HostPath::Type::socket};
  EXPECT_EQ(prepare_volume(home, host).error().code, Code::not_found);
  host.host_path = {"/a/../b", pod::HostPath::Type::unset};
  EXPECT_THAT(prepare_volume(home, host).error().message, HasSubstr("without \"..\""));
  host.host_path = {folder_ + "/made/here", pod::HostPath::Type::directory_or_create};
  EXPECT_EQ(prepare_volume(home, host).value(), folder_ + "/made/here");
}

TEST_F(RootfsTest, SubPathsStayInTheirVolume) {
  const VolumeHome home{folder_ + "/volumes", folder_ + "/volumes", &*mounts_};
  const std::string source = prepare_volume(home, {.name = "data"}).value();
  ASSERT_TRUE(linux::write_file(source + "/file", "text"));
  ASSERT_EQ(::symlink("/etc", (source + "/link").c_str()), 0);
  int count = 0;
  const auto resolve_as = [&](const std::string& sub_path, const std::string& unique) {
    return resolve_volume_mount(home, {"data", "/mnt", sub_path, pod::Access::read_only}, source,
                                unique);
  };
  const auto resolve = [&](const std::string& sub_path) {
    return resolve_as(sub_path, "web-" + std::to_string(++count));
  };
  EXPECT_EQ(resolve("").value().source, source);
  const auto file = resolve("file");
  ASSERT_TRUE(file) << file.error().message;
  EXPECT_EQ(file->target, "/mnt");
  EXPECT_EQ(file->access, pod::Access::read_only);
  EXPECT_EQ(inside(file->source), "text");
  const auto made = resolve_as("new/folder", "again");
  ASSERT_TRUE(made) << made.error().message;
  EXPECT_TRUE(std::filesystem::is_directory(source + "/new/folder"));
  EXPECT_EQ(resolve_as("new/folder", "again").value().source, made->source);
  for (const char* const bad : {"link/x", "link", "../etc", "/etc", "file/x"}) {
    const auto refused = resolve(bad);
    ASSERT_FALSE(refused) << bad;
    EXPECT_THAT(refused.error().message, HasSubstr("subPath \"" + std::string(bad)));
  }
}

}  // namespace
}  // namespace podsysctl::engine
