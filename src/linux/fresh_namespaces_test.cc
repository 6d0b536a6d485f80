// SPDX-License-Identifier: Apache-2.0
#include "linux/fresh_namespaces.h"

#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "linux/proc_sys_look.h"
#include "linux/worker_thread.h"

namespace podsysctl::linux {
namespace {

using testing::HasSubstr;

TEST(CallInChild, ReturnsWhatTheChildSays) {
  const std::string large(200'000, 'x');  // more than a pipe holds
  EXPECT_EQ(call_in_child([&]() -> Result<std::string> { return large; }).value(), large);
}

TEST(CallInChild, ReturnsTheChildsError) {
  const auto result = call_in_child(
      []() -> Result<std::string> { return Error::from_errno(EPERM, "open {}", "a b"); });
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, Code::permission);
  EXPECT_EQ(result.error().sys_errno, EPERM);
  EXPECT_THAT(result.error().message, HasSubstr("open a b: Operation not permitted"));
}

TEST(CallInChild, NamesTheSignalThatEndedIt) {
  const auto result = call_in_child([]() -> Result<std::string> {
    ::kill(::getpid(), SIGKILL);
    return std::string("never");
  });
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, Code::internal);
  EXPECT_THAT(result.error().message, HasSubstr("status 137"));
}

TEST(UnshareNamespaces, GivesTheThreadNamespacesOfItsOwn) {
  if (::geteuid() != 0) {
    GTEST_SKIP() << "needs root";
  }
  const Namespace before = Namespace::own(NamespaceKind::uts).value();
  Result<> unshared;
  Result<Namespace> inside = Error::of(Code::internal, "not run");
  WorkerThread worker;
  worker.call([&] {
    unshared = unshare_namespaces(kPodNamespaces);
    inside = Namespace::own(NamespaceKind::uts);
  });
  ASSERT_TRUE(unshared) << unshared.error().message;
  EXPECT_NE(inside->id(), before.id());
  EXPECT_EQ(Namespace::own(NamespaceKind::uts)->id(), before.id());
}

TEST(ListSysctls, FindsFilesAndLeavesOutWhatIsNotEntered) {
  const ProcSys proc = ProcSys::open().value();
  const auto all = list_sysctls(proc, [](std::string_view) { return true; }).value();
  EXPECT_THAT(all, testing::IsSupersetOf({"kernel/osrelease", "net/core/somaxconn"}));
  const auto some = list_sysctls(proc, [](std::string_view folder) { return folder != "net"; });
  EXPECT_TRUE(std::ranges::none_of(
      some.value(), [](const std::string& path) { return path.starts_with("net/"); }));
}

TEST(LookAtSysctl, TellsAccessAndValue) {
  const ProcSys proc = ProcSys::open().value();
  const SysctlLook release = look_at_sysctl(proc, "kernel/ostype").value();
  EXPECT_EQ(release.access, SysctlAccess::read_only);
  EXPECT_EQ(release.value, "Linux");
  const auto missing = look_at_sysctl(proc, "net/no_such_file");
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code, Code::not_found);
  if (::geteuid() == 0) {
    EXPECT_EQ(look_at_sysctl(proc, "net/ipv4/route/flush")->access, SysctlAccess::write_only);
    EXPECT_EQ(look_at_sysctl(proc, "net/core/somaxconn")->access, SysctlAccess::read_write);
  }
}

}  // namespace
}  // namespace podsysctl::linux
