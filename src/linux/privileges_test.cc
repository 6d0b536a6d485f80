// SPDX-License-Identifier: Apache-2.0
#include "linux/privileges.h"

#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include <gtest/gtest.h>

namespace podsysctl::linux {
namespace {

// What is given up is given up for good, so a child does it; its exit code is that of the first
// check that failed, 0 where none did.
template <class Work>
int in_child(const Work& work) {
  const pid_t child = ::fork();
  if (child == 0) {
    ::_exit(work());
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

bool refused(long number) { return ::syscall(number, -1, -1, -1, -1, -1) < 0 && errno == EPERM; }

// With such arguments each of them would be EFAULT, EBADF or EINVAL.
TEST(Privileges, SomeCallsAreAlwaysRefused) {
  EXPECT_EQ(
      in_child([] {
        if (refused(SYS_execve) || !refuse_calls()) {
          return 1;
        }
        int check = 2;
        for (const long number : {SYS_execve, SYS_execveat, SYS_process_vm_writev, SYS_keyctl}) {
          if (!refused(number)) {
            return check;
          }
          ++check;
        }
        return refused(SYS_fchdir) ? check : 0;
      }),
      0);
}

TEST(Privileges, MoreCallsAreRefusedWhereAskedFor) {
  EXPECT_EQ(in_child([] {
              if (!refuse_calls(std::array<long, 1>{SYS_fchdir})) {
                return 1;
              }
              if (!refused(SYS_fchdir)) {
                return 2;
              }
              return refused(SYS_execve) ? 0 : 3;
            }),
            0);
}

TEST(Privileges, OtherCapabilitiesGoFromEverySet) {
  if (::geteuid() != 0) {
    GTEST_SKIP() << "needs root";
  }
  EXPECT_EQ(in_child([] {
              if (!keep_only_capabilities(std::array{CAP_NET_ADMIN})) {
                return 1;
              }
              if (::prctl(PR_CAPBSET_READ, CAP_NET_ADMIN, 0, 0, 0) != 1) {
                return 2;
              }
              if (::prctl(PR_CAPBSET_READ, CAP_SYS_ADMIN, 0, 0, 0) != 0) {
                return 3;
              }
              return ::sethostname("", 0) < 0 && errno == EPERM ? 0 : 4;
            }),
            0);
}

}  // namespace
}  // namespace podsysctl::linux
