// SPDX-License-Identifier: Apache-2.0
// What is given up is given up for good, so a child does it.
#include "linux/privileges.h"

#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <string>

#include <gtest/gtest.h>

#include "linux/fresh_namespaces.h"

namespace podsysctl::linux {
namespace {

// With such arguments each call would be EFAULT, EBADF or EINVAL.
bool refused(long number) { return ::syscall(number, -1, -1, -1, -1, -1) < 0 && errno == EPERM; }

std::string refused_of(std::initializer_list<std::pair<const char*, long>> calls) {
  std::string names;
  for (const auto& [name, number] : calls) {
    names += refused(number) ? fmt::format("{} ", name) : "";
  }
  return names;
}

TEST(Privileges, SomeCallsAreAlwaysRefused) {
  const auto names = call_in_child([]() -> Result<std::string> {
    PSYS_TRY(refuse_calls());
    return refused_of({{"execve", SYS_execve},
                       {"process_vm_writev", SYS_process_vm_writev},
                       {"keyctl", SYS_keyctl},
                       {"fchdir", SYS_fchdir}});
  });
  ASSERT_TRUE(names) << names.error().message;
  EXPECT_EQ(*names, "execve process_vm_writev keyctl ");
}

TEST(Privileges, MoreCallsAreRefusedWhereAskedFor) {
  const auto names = call_in_child([]() -> Result<std::string> {
    PSYS_TRY(refuse_calls(std::array<long, 1>{SYS_fchdir}));
    return refused_of({{"execve", SYS_execve}, {"fchdir", SYS_fchdir}, {"dup", SYS_dup}});
  });
  ASSERT_TRUE(names) << names.error().message;
  EXPECT_EQ(*names, "execve fchdir ");
}

TEST(Privileges, OtherCapabilitiesGoFromEverySet) {
  if (::geteuid() != 0) {
    GTEST_SKIP() << "needs root";
  }
  const auto bounds = call_in_child([]() -> Result<std::string> {
    PSYS_TRY(keep_only_capabilities(std::array{CAP_NET_ADMIN}));
    return fmt::format("{} {} {}", ::prctl(PR_CAPBSET_READ, CAP_NET_ADMIN, 0, 0, 0),
                       ::prctl(PR_CAPBSET_READ, CAP_SYS_ADMIN, 0, 0, 0),
                       ::sethostname("", 0) < 0 && errno == EPERM);
  });
  ASSERT_TRUE(bounds) << bounds.error().message;
  EXPECT_EQ(*bounds, "1 0 true");
}

}  // namespace
}  // namespace podsysctl::linux
