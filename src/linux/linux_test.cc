// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <functional>
#include <limits>
#include <string>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "linux/control_groups.h"
#include "linux/fd.h"
#include "linux/file.h"
#include "linux/fresh_namespaces.h"
#include "linux/mounts.h"
#include "linux/namespaces.h"
#include "linux/poll_timeout.h"
#include "linux/proc_sys.h"
#include "linux/process.h"
#include "linux/spawn.h"
#include "linux/temporary_folder.h"
#include "linux/worker_thread.h"

namespace podsysctl::linux {
namespace {

using std::chrono::milliseconds;
using testing::HasSubstr;

class FileTest : public testing::Test {
 protected:
  const TemporaryFolder folder_ = TemporaryFolder::make().value();
};

std::ptrdiff_t open_descriptors() {
  const std::filesystem::directory_iterator files("/proc/self/fd");
  return std::distance(begin(files), end(files));
}

TEST(Fd, MoveAssignClosesTheOldOne) {
  const auto before = open_descriptors();
  {
    Fd first = *open_file("/dev/null", O_RDONLY);
    first = *open_file("/dev/null", O_RDONLY);
    Fd second = std::move(first);
    EXPECT_EQ(open_descriptors(), before + 1);
    second.close();
    EXPECT_EQ(open_descriptors(), before);
  }
  EXPECT_EQ(open_descriptors(), before);
}

// As a terminal or pipe is that another program made non-blocking.
TEST(NonBlocking, AFullPipeIsWaitedForAndAnEmptyOneToo) {
  Pipe pipe = *make_pipe();
  for (const Fd* end : {&pipe.read_end, &pipe.write_end}) {
    ASSERT_EQ(::fcntl(end->get(), F_SETFL, O_NONBLOCK), 0);
  }
  const std::string text(1U << 20U, 'x');  // more than a pipe holds
  Result<std::string> got;
  std::thread reader([&] { got = read_all(pipe.read_end.ref(), "pipe", 2U << 20U); });
  EXPECT_TRUE(write_all(pipe.write_end.ref(), text, "pipe"));
  pipe.write_end.close();
  reader.join();
  ASSERT_TRUE(got) << got.error().message;
  EXPECT_EQ(*got, text);
}

TEST(PollTimeout, NeverTurnsALongTimeIntoAShortOne) {
  EXPECT_EQ(poll_timeout(milliseconds(-5)), -1);
  EXPECT_EQ(poll_timeout(milliseconds(0)), 0);
  EXPECT_EQ(poll_timeout(milliseconds(1500)), 1500);
  EXPECT_EQ(poll_timeout(std::chrono::hours(24 * 365)), std::numeric_limits<int>::max());
}

TEST_F(FileTest, WriteAtomicallyThenRead) {
  const std::string path = folder_ / "a";
  ASSERT_TRUE(write_file_atomically(path, "one"));
  ASSERT_TRUE(write_file_atomically(path, "two"));
  EXPECT_EQ(*read_file(path), "two");
  const Result<std::string> limited = read_file(path, 2);
  ASSERT_FALSE(limited);
  EXPECT_EQ(limited.error().code, Code::invalid_argument);
  EXPECT_EQ(limited.error().message, path + " is larger than 2 bytes");
}

TEST_F(FileTest, MakeDirectoriesMakesEveryParent) {
  ASSERT_TRUE(make_directories(folder_ / "a/b/c"));
  ASSERT_TRUE(make_directories(folder_ / "a/b/c"));
  EXPECT_TRUE(std::filesystem::is_directory(folder_ / "a/b/c"));
}

TEST_F(FileTest, TwoMayRemoveOneTree) {
  constexpr int kRounds = 20;
  for (int round = 0; round < kRounds; ++round) {
    for (int i = 0; i < 40; ++i) {
      const std::string below = folder_ / "tree/" + std::to_string(i);
      ASSERT_TRUE(make_directories(below));
      ASSERT_TRUE(write_file(below + "/file", "x"));
    }
    const auto remove = [this] {
      const auto removed = remove_tree(folder_ / "tree");
      EXPECT_TRUE(removed) << removed.error().message;
    };
    std::thread other(remove);
    remove();
    other.join();
    EXPECT_FALSE(std::filesystem::exists(folder_ / "tree"));
  }
}

TEST_F(FileTest, OpenBeneathRefusesEveryWayOut) {
  ASSERT_TRUE(make_directories(folder_ / "in"));
  ASSERT_TRUE(write_file(folder_ / "in/file", "x"));
  std::filesystem::create_symlink("/etc", folder_ / "in/link");
  std::filesystem::create_symlink("file", folder_ / "in/inner_link");
  const Fd directory = *open_file(folder_ / "in", O_PATH | O_DIRECTORY);
  EXPECT_TRUE(open_beneath(directory.ref(), "file", O_RDONLY));
  for (const char* path : {"../in/file", "link/passwd", "inner_link", "/etc/passwd"}) {
    EXPECT_FALSE(open_beneath(directory.ref(), path, O_RDONLY)) << path;
  }
}

TEST(Namespace, OwnIsHostAndFilesAreNot) {
  const Result<Namespace> own = Namespace::own(NamespaceKind::net);
  ASSERT_TRUE(own) << own.error().message;
  EXPECT_TRUE(HostNamespaces::read()->contains(*own));
  const Result<Namespace> file = Namespace::from_path("/etc/passwd", NamespaceKind::net);
  ASSERT_FALSE(file);
  EXPECT_EQ(file.error().message, "/etc/passwd is not a namespace");
  const Result<Namespace> other = Namespace::from_path("/proc/self/ns/ipc", NamespaceKind::net);
  ASSERT_FALSE(other);
  EXPECT_EQ(other.error().message, "/proc/self/ns/ipc is a namespace, but not of kind net");
}

TEST(ProcSys, ReadsAndRefuses) {
  const Result<ProcSys> proc_sys = ProcSys::open();
  ASSERT_TRUE(proc_sys) << proc_sys.error().message;
  const auto file = proc_sys->open_key("kernel/ostype", ProcSysAccess::read);
  ASSERT_TRUE(file) << file.error().message;
  EXPECT_EQ(*file->read(), "Linux");
  const auto folder = proc_sys->open_key("kernel", ProcSysAccess::read);
  ASSERT_FALSE(folder);
  EXPECT_EQ(folder.error().message, "/proc/sys/kernel is a folder of sysctls, not a sysctl");
  const auto absent = proc_sys->open_key("net/core/nope", ProcSysAccess::read);
  ASSERT_FALSE(absent);
  EXPECT_EQ(absent.error().code, Code::not_found);
  EXPECT_FALSE(proc_sys->open_key("../self/status", ProcSysAccess::read));
}

// Of a child: nobody else sees what it mounts.
Result<> keep_mounts_apart() {
  if (::unshare(CLONE_NEWNS) != 0 ||
      ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) {
    return Error::from_errno(errno, "make a mount namespace");
  }
  return {};
}

// In a mount namespace of a child's, after `change`: where the files are reached through.
std::string in_place_after(const std::function<int()>& change) {
  return call_in_child([&change]() -> Result<std::string> {
           PSYS_TRY(keep_mounts_apart());
           if (change() != 0) {
             return Error::from_errno(errno, "prepare");
           }
           PSYS_TRY_ASSIGN(const ProcSys proc_sys, ProcSys::open_in_place());
           PSYS_TRY(proc_sys.open_key("net/ipv4/ip_forward", ProcSysAccess::read_write));
           return std::string(proc_sys.source());
         })
      .value_or("error");
}

TEST(ProcSys, GoesThroughProcItselfOnlyWhereItIsWholeAndWritable) {
  if (::geteuid() != 0) {
    GTEST_SKIP() << "mounts need root";
  }
  EXPECT_EQ(in_place_after([] { return 0; }), "/proc");
  EXPECT_EQ(in_place_after([] {
              return ::mount("none", "/proc", nullptr, MS_REMOUNT | MS_BIND | MS_RDONLY, nullptr);
            }),
            "fsopen");
  for (const char* covered : {"/proc/sys", "/proc/sys/net"}) {
    EXPECT_EQ(in_place_after([covered] { return ::mount("tmpfs", covered, "tmpfs", 0, nullptr); }),
              "fsopen");
  }
  EXPECT_EQ(in_place_after([] { return ::mount("tmpfs", "/proc", "tmpfs", 0, nullptr); }),
            "fsopen");
}

TEST(Spawn, CapturesBothStreamsAndTheStatus) {
  Command command{.program = "sh", .args = {"-c", "cat; echo err >&2; exit 3"}};
  const Result<Finished> finished = run(command, "in", milliseconds(5000));
  ASSERT_TRUE(finished) << finished.error().message;
  EXPECT_EQ(finished->status, 3);
  EXPECT_EQ(finished->out, "in");
  EXPECT_EQ(finished->err, "err\n");
}

TEST(Spawn, NamesWhatCannotBeStarted) {
  const auto missing = run({.program = "no-such-program-x"}, "", milliseconds(1000));
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code, Code::not_found);
  EXPECT_THAT(missing.error().message, HasSubstr("no-such-program-x is not installed"));
  const auto folder = run({.program = "/etc"}, "", milliseconds(1000));
  ASSERT_FALSE(folder);
  EXPECT_EQ(folder.error().message, "start /etc: Permission denied");
}

TEST(Spawn, KillsAtTheLimit) {
  const auto slow = run({.program = "sleep", .args = {"60"}}, "", milliseconds(50));
  ASSERT_FALSE(slow);
  EXPECT_EQ(slow.error().code, Code::timeout);
}

TEST(Spawn, PlacesExtraDescriptorsAtTheirNumbers) {
  Pipe first = *make_pipe();
  Pipe second = *make_pipe();
  Command command{.program = "sh", .args = {"-c", "echo three >&3; echo four >&4"}};
  command.extra_fds = {{second.write_end.ref(), 3}, {first.write_end.ref(), 4}};
  ASSERT_EQ(run(command, "", milliseconds(5000))->status, 0);
  first.write_end.close();
  second.write_end.close();
  EXPECT_EQ(*read_all(second.read_end.ref(), "pipe"), "three\n");
  EXPECT_EQ(*read_all(first.read_end.ref(), "pipe"), "four\n");
}

TEST(Process, KillsTheVeryProcessOnly) {
  const Result<pid_t> child = start({.program = "sleep", .args = {"60"}});
  ASSERT_TRUE(child) << child.error().message;
  const Result<ProcessId> id = identify(*child);
  ASSERT_TRUE(id);
  ProcessId other = *id;
  ++other.start_time;
  EXPECT_FALSE(is_alive(other));
  ASSERT_TRUE(send_signal(other, SIGKILL));
  EXPECT_TRUE(is_alive(*id));
  ASSERT_TRUE(kill_and_wait(*id, milliseconds(5000)));
  EXPECT_EQ(*wait_for_child(*child), 128 + SIGKILL);
}

TEST(Process, CannotBecomeAnotherOneWhileItIsHeld) {
  const Result<pid_t> child = start({.program = "/bin/sleep", .args = {"60"}});
  ASSERT_TRUE(child) << child.error().message;
  const Result<HeldProcess> held = HeldProcess::hold(*child);
  ASSERT_TRUE(held) << held.error().message;
  EXPECT_EQ(held->pid(), *child);
  EXPECT_FALSE(held->has_ended());
  EXPECT_EQ(held->id(), identify(*child).value());
  for (const NamespaceKind kind : {NamespaceKind::net, NamespaceKind::ipc, NamespaceKind::uts,
                                   NamespaceKind::user, NamespaceKind::mnt, NamespaceKind::pid}) {
    const Result<Namespace> ns = Namespace::of_process(*held, kind);
    ASSERT_TRUE(ns) << ns.error().message;
    EXPECT_EQ(ns->kind(), kind);
    EXPECT_EQ(ns->id(), Namespace::of_process(*child, kind)->id());
  }
  ASSERT_TRUE(kill_and_wait(*identify(*child), std::chrono::seconds(60)));
  EXPECT_TRUE(held->has_ended());
  EXPECT_FALSE(is_alive(held->id()));
  ASSERT_TRUE(wait_for_child(*child));
  EXPECT_TRUE(held->has_ended());
  EXPECT_EQ(Namespace::of_process(*held, NamespaceKind::net).error().code, Code::not_found);
  EXPECT_EQ(HeldProcess::hold(*child).error().code, Code::not_found);
}

// Whose pid may be another's at any moment, while the descriptor is still that process.
TEST(Process, GivesItsNamespacesByItsDescriptorWhereTheKernelCan) {
  if (::geteuid() != 0) {
    GTEST_SKIP() << "needs root to hide /proc";
  }
  const HeldProcess held = HeldProcess::hold(::getpid()).value();
  constexpr unsigned long kGetNet = _IO(0xFFU, 4);
  const Fd net = Fd::adopt(::ioctl(held.pidfd().get(), kGetNet, 0));
  if (!net.valid()) {
    GTEST_SKIP() << "this kernel is older than 6.11";
  }
  const auto seen = call_in_child([&held]() -> Result<std::string> {
    PSYS_TRY(keep_mounts_apart());
    if (::mount("none", "/proc", "tmpfs", 0, nullptr) != 0) {
      return Error::from_errno(errno, "hide /proc");
    }
    for (const NamespaceKind kind : {NamespaceKind::net, NamespaceKind::ipc, NamespaceKind::uts,
                                     NamespaceKind::user, NamespaceKind::mnt, NamespaceKind::pid}) {
      PSYS_TRY(Namespace::of_process(held, kind));
    }
    return "all";
  });
  ASSERT_TRUE(seen) << seen.error().message;
}

TEST(ControlGroups, TellWhoseAProcessIs) {
  EXPECT_TRUE(*has_group_of(::getpid(), "/"));
  EXPECT_FALSE(*has_group_of(::getpid(), "4f5e6d7c8b9a-nobodys"));
  EXPECT_FALSE(*has_group_of(::getpid(), ""));
  const Result<bool> nobody = has_group_of(4194305, "/");
  ASSERT_FALSE(nobody);
  EXPECT_EQ(nobody.error().code, Code::not_found);
}

TEST(WorkerThread, RunsCallsInTurn) {
  WorkerThread worker;
  int sum = 0;
  for (int i = 1; i <= 100; ++i) {
    worker.call([&] { sum += i; });
  }
  EXPECT_EQ(sum, 5050);
}

TEST(Mounts, RootIsAMountPoint) {
  const auto mounts = mounts_below("/proc");
  ASSERT_TRUE(mounts);
  EXPECT_THAT(*mounts, testing::Contains("/proc"));
}

}  // namespace
}  // namespace podsysctl::linux
