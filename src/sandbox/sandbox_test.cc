// SPDX-License-Identifier: Apache-2.0
#include "sandbox/sandbox.h"

#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "linux/file.h"
#include "linux/mount_thread.h"
#include "linux/mounts.h"
#include "linux/process.h"
#include "linux/temporary_folder.h"
#include "sandbox/run_folder.h"

namespace podsysctl::sandbox {
namespace {

using linux::NamespaceKind;
using std::chrono::seconds;

class SandboxTest : public testing::Test {
 protected:
  void SetUp() override {
    if (::geteuid() != 0) {
      GTEST_SKIP() << "making namespaces needs root";
    }
    spec_ = {.id = "aa", .run_folder = run_folder_, .pause_program = PSYS_PAUSE, .hostname = "web"};
  }
  void TearDown() override {
    if (::geteuid() == 0) {
      EXPECT_LE(linux::mounts_below(run_folder_)->size(), 1U) << "more than the run folder itself";
      EXPECT_TRUE(linux::unmount(run_folder_));
    }
  }
  const linux::TemporaryFolder folder_ = linux::TemporaryFolder::make().value();
  const std::string run_folder_ = folder_ / "run";  // its lock lies beside it
  SandboxSpec spec_;
};

TEST_F(SandboxTest, PinsAreSeenInsideWhereTheRunFolderHadBecomePrivate) {
  ASSERT_TRUE(prepare_run_folder(run_folder_));
  std::thread elsewhere([this] {
    ASSERT_EQ(::unshare(CLONE_NEWNS), 0);
    ASSERT_EQ(::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr), 0);
    Result<Newborn> newborn = create(spec_);
    ASSERT_TRUE(newborn) << newborn.error().message;
    ASSERT_TRUE(newborn->release());
    const Sandbox sandbox = newborn->sandbox();
    const auto mounts = sandbox.mount_namespace();
    ASSERT_TRUE(mounts) << mounts.error().message;
    const Result<> seen = linux::in_mount_namespace(*mounts, [&]() -> Result<> {
      PSYS_TRY(linux::Namespace::from_path(*sandbox.pin(NamespaceKind::net), NamespaceKind::net));
      return {};
    });
    EXPECT_TRUE(seen) << seen.error().message;
    EXPECT_TRUE(destroy(sandbox));
  });
  elsewhere.join();
}

TEST_F(SandboxTest, OwnsItsNamespacesAndLeavesNothing) {
  Result<Newborn> newborn = create(spec_);
  ASSERT_TRUE(newborn) << newborn.error().message;
  ASSERT_TRUE(newborn->release());
  const Sandbox sandbox = newborn->sandbox();
  const auto host = linux::HostNamespaces::read();
  for (const NamespaceKind kind : linux::kPodNamespaces) {
    const auto pinned = linux::Namespace::from_path(*sandbox.pin(kind), kind);
    ASSERT_TRUE(pinned) << pinned.error().message;
    EXPECT_FALSE(host->contains(*pinned)) << to_string(kind);
    EXPECT_EQ(pinned->id(), linux::Namespace::of_process(sandbox.pause.pid, kind)->id());
  }
  EXPECT_FALSE(sandbox.pin(NamespaceKind::pid));
  EXPECT_TRUE(sandbox.target());
  ASSERT_TRUE(destroy(sandbox));
  ASSERT_TRUE(destroy(sandbox)) << "a second time is success";
  EXPECT_FALSE(linux::is_alive(sandbox.pause));
  EXPECT_FALSE(std::filesystem::exists(sandbox.folder));
}

TEST_F(SandboxTest, PauseIsSmallAndWithoutPrivilege) {
  Result<Newborn> newborn = create(spec_);
  ASSERT_TRUE(newborn) << newborn.error().message;
  ASSERT_TRUE(newborn->release());
  const std::string path = fmt::format("/proc/{}/status", newborn->sandbox().pause.pid);
  std::string status;
  for (int i = 0; i < 200 && !status.contains("CapEff:\t0000000000000000"); ++i) {
    ::usleep(5000);  // it gives them up when it has read the leash
    status = *linux::read_file(path);
  }
  EXPECT_THAT(status, testing::HasSubstr("CapEff:\t0000000000000000"));
  EXPECT_THAT(status, testing::HasSubstr("NoNewPrivs:\t1"));
  ASSERT_TRUE(destroy(newborn->sandbox()));
}

TEST_F(SandboxTest, EndsWithItsMakerBeforeRelease) {
  linux::ProcessId pause;
  {
    Result<Newborn> newborn = create(spec_);
    ASSERT_TRUE(newborn) << newborn.error().message;
    pause = newborn->sandbox().pause;
    EXPECT_TRUE(linux::is_alive(pause));
  }
  EXPECT_TRUE(*linux::wait_until_gone(pause, seconds(5)));
  ASSERT_TRUE(destroy({"aa", run_folder_ + "/aa", pause}));
}

TEST_F(SandboxTest, HostNamespacesAreNoTarget) {
  spec_.net = Ownership::host;
  spec_.uts = Ownership::host;
  Result<Newborn> newborn = create(spec_);
  ASSERT_TRUE(newborn) << newborn.error().message;
  const auto target = newborn->sandbox().target();
  ASSERT_TRUE(target);
  EXPECT_FALSE(target->net);
  EXPECT_FALSE(target->uts);
  EXPECT_TRUE(target->ipc);
  ASSERT_TRUE(destroy(newborn->sandbox()));
}

TEST_F(SandboxTest, MissingPauseIsNamedAndNothingStays) {
  spec_.pause_program = "/nonexistent/pause";
  const Result<Newborn> newborn = create(spec_);
  ASSERT_FALSE(newborn);
  EXPECT_EQ(newborn.error().message,
            "start the sandbox with /nonexistent/pause: No such file or directory");
  EXPECT_TRUE(std::filesystem::is_empty(run_folder_));
}

TEST_F(SandboxTest, LongHostNameIsNamed) {
  spec_.hostname = std::string(65, 'w');
  const Result<Newborn> newborn = create(spec_);
  ASSERT_FALSE(newborn);
  EXPECT_EQ(newborn.error().message,
            fmt::format("set the sandbox's host name to \"{}\": Invalid argument", spec_.hostname));
}

TEST_F(SandboxTest, ChrootIsNamed) {
  std::thread elsewhere([this] {
    ASSERT_TRUE(prepare_run_folder(run_folder_));
    ASSERT_EQ(::unshare(CLONE_NEWNS | CLONE_FS), 0);
    ASSERT_EQ(::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr), 0);
    const std::string root = folder_ / "root";
    ASSERT_TRUE(linux::make_directories(root + run_folder_, 0755));
    ASSERT_EQ(::mount(run_folder_.c_str(), (root + run_folder_).c_str(), nullptr, MS_BIND, nullptr),
              0);
    ASSERT_EQ(::chroot(root.c_str()), 0);
    const Result<Newborn> newborn = create(spec_);
    ASSERT_FALSE(newborn);
    EXPECT_EQ(newborn.error().message,
              "give the sandbox mounts of its own: Invalid argument (pods cannot be made in a "
              "chroot: enter the folder by pivot_root, as systemd-nspawn does)");
  });
  elsewhere.join();
}

}  // namespace
}  // namespace podsysctl::sandbox
