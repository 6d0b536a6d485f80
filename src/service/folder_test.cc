// SPDX-License-Identifier: Apache-2.0
// The folder of manifests and the configuration's files, as they change on disk.
#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <string>

#include <gmock/gmock.h>

#include "linux/file.h"
#include "linux/temporary_folder.h"
#include "service/manifest_folder.h"
#include "service/reload.h"

namespace podsysctl::service {
namespace {

using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::string pod(const std::string& name) {
  return "apiVersion: v1\nkind: Pod\nmetadata: {name: " + name +
         "}\nspec: {containers: [{name: c, image: busybox}]}\n";
}

class OnDisk : public ::testing::Test {
 protected:
  void write(const std::string& name, const std::string& text) const {
    ASSERT_TRUE(linux::write_file_atomically(base_ / name, text));
  }
  std::string path(const std::string& name) const { return base_ / name; }

  const linux::TemporaryFolder base_ = linux::TemporaryFolder::make().value();
};

using ManifestFolderTest = OnDisk;
using LiveConfigTest = OnDisk;

TEST(ManifestName, LeavesOutWhatEditorsLeave) {
  for (const char* name : {"a.yaml", "a.yml", "a.json", "a.b.yaml"}) {
    EXPECT_TRUE(is_manifest_name(name)) << name;
  }
  for (const char* name : {".a.yaml", "#a.yaml#", "#a.yaml", "a.yaml~", "a.yaml.swp", ".yaml",
                           "a.txt", "a", "", "a.yaml.bak", ".a.yaml.swp"}) {
    EXPECT_FALSE(is_manifest_name(name)) << name;
  }
}

TEST_F(ManifestFolderTest, ListsPodsAndProblemsByName) {
  write("b.yaml", pod("web"));
  write("a.yaml", "kind: Pod\n");
  write("c.txt", pod("no"));
  ManifestFolder folder = ManifestFolder::open(base_.path()).value();
  const Folder found = folder.look().value();
  ASSERT_THAT(found.files, ElementsAre(Field(&ManifestFile::path, path("a.yaml")),
                                       Field(&ManifestFile::path, path("b.yaml"))));
  EXPECT_THAT(found.files[0].problem, HasSubstr("a.yaml"));
  EXPECT_EQ(found.files[0].name, "");
  EXPECT_EQ(found.files[1].name, "web");
  EXPECT_EQ(found.files[1].namespace_, "default");
  EXPECT_EQ(found.files[1].problem, "");
  EXPECT_EQ(found.files[1].hash, read_manifest(path("b.yaml")).value().hash);
}

TEST_F(ManifestFolderTest, TellsOfChanges) {
  ManifestFolder folder = ManifestFolder::open(base_.path()).value();
  (void)folder.take_changes();
  EXPECT_FALSE(folder.take_changes());
  write("a.yaml", pod("web"));
  pollfd readable{folder.fd().get(), POLLIN, 0};
  EXPECT_EQ(::poll(&readable, 1, 5000), 1);
  EXPECT_TRUE(folder.take_changes());
  const std::string before = folder.look().value().files.at(0).hash;
  write("a.yaml", pod("web2"));
  EXPECT_NE(folder.look().value().files.at(0).hash, before);
}

TEST_F(ManifestFolderTest, AFileThatIsBeingWrittenCountsAsBefore) {
  write("a.yaml", pod("web"));
  ManifestFolder folder = ManifestFolder::open(base_.path()).value();
  const std::string hash = folder.look().value().files.at(0).hash;
  {
    const linux::Fd writer = linux::open_file(path("a.yaml"), O_WRONLY | O_TRUNC).value();
    const linux::Fd other = linux::open_file(path("new.yaml"), O_WRONLY | O_CREAT).value();
    const Folder found = folder.look().value();
    if (!found.unfinished) {
      GTEST_SKIP() << "this file system knows no leases";
    }
    ASSERT_EQ(found.files.size(), 1U);
    EXPECT_EQ(found.files[0].hash, hash);
    EXPECT_EQ(found.files[0].problem, "");
  }
  const Folder found = folder.look().value();
  EXPECT_FALSE(found.unfinished);
  EXPECT_EQ(found.files.size(), 2U);
  EXPECT_NE(found.files[0].problem, "");
}

TEST_F(ManifestFolderTest, AFolderThatIsGoneIsAnErrorUntilItIsBack) {
  ManifestFolder folder = ManifestFolder::open(path("sub")).value();
  ASSERT_TRUE(linux::remove_tree(path("sub")));
  EXPECT_TRUE(folder.take_changes());
  const auto gone = folder.look();
  ASSERT_FALSE(gone);
  EXPECT_EQ(gone.error().code, Code::not_found);
  EXPECT_THAT(gone.error().message, HasSubstr(path("sub")));
  ASSERT_TRUE(linux::make_directories(path("sub")));
  EXPECT_THAT(folder.look().value().files, IsEmpty());
}

TEST_F(LiveConfigTest, ABadPolicyIsRefusedAndTheFormerStays) {
  write("node.yaml", "allowedUnsafeSysctls: [net.core.somaxconn]\n");
  LiveConfig live = LiveConfig::open({}, path("node.yaml")).value();
  const auto before = live.policy();
  EXPECT_FALSE(live.has_changed());
  write("node.yaml", "allowedUnsafeSysctls: [vm.swappiness]\n");
  EXPECT_TRUE(live.take_changes());
  EXPECT_TRUE(live.has_changed());
  const auto refused = live.reload();
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message, HasSubstr("vm.swappiness"));
  EXPECT_EQ(live.policy(), before);
  EXPECT_FALSE(live.has_changed()) << "the same bad text is not tried again and again";
}

TEST_F(LiveConfigTest, AKubeletConfigurationIsFollowedToo) {
  write("kubelet.yaml", "kind: KubeletConfiguration\nallowedUnsafeSysctls: [net.core.somaxconn]\n");
  LiveConfig live = LiveConfig::open({.kubelet_config = path("kubelet.yaml")}, "").value();
  const std::string before = live.policy()->fingerprint;
  EXPECT_TRUE(live.policy()->allowlist.find("net.core.somaxconn", policy::Allowlist::Part::all));
  write("kubelet.yaml", "kind: KubeletConfiguration\nallowedUnsafeSysctls: ['net.ipv4.*']\n");
  EXPECT_TRUE(live.has_changed());
  EXPECT_TRUE(live.reload().value().policy_changed);
  EXPECT_NE(live.policy()->fingerprint, before);
  EXPECT_FALSE(live.policy()->allowlist.find("net.core.somaxconn", policy::Allowlist::Part::all));
  EXPECT_FALSE(live.reload().value().policy_changed);
}

TEST_F(LiveConfigTest, SaysWhatNeedsARestart) {
  write("node.yaml", "runtime: crun\n");
  LiveConfig live = LiveConfig::open({}, path("node.yaml")).value();
  write("node.yaml", "runtime: runc\n");
  EXPECT_THAT(live.reload().value().needs_restart, ElementsAre("runtime"));
}

}  // namespace
}  // namespace podsysctl::service
