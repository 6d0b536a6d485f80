// SPDX-License-Identifier: Apache-2.0
#include "agent/rights.h"

#include <fcntl.h>
#include <linux/capability.h>
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <string>

#include <gtest/gtest.h>

namespace podsysctl::agent {
namespace {

// Both take away what the rest of the tests need, so a child does this; its exit code is that of
// the first check that failed, 0 where none did.
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

using live::ExistingSockets;

bool gives_up_rights(ExistingSockets sockets = ExistingSockets::leave) {
  return keep_few_capabilities(sockets) && refuse_what_is_not_ours();
}

bool refused(long result) { return result < 0 && errno == EPERM; }

// Calls that root may make: only the filter can be why they fail.
int try_what_is_refused() {
  if (!gives_up_rights()) {
    return 1;
  }
  char name[] = "/bin/true";
  char* const words[] = {name, nullptr};
  if (!refused(::execve(name, words, nullptr))) {
    return 2;
  }
  if (!refused(::mount("none", "/nonexistent", "tmpfs", 0, nullptr))) {
    return 3;
  }
  if (!refused(::syscall(SYS_fsopen, "tmpfs", 0))) {
    return 4;
  }
  if (!refused(::ptrace(PTRACE_TRACEME, 0, nullptr, nullptr))) {
    return 5;
  }
  if (!refused(::syscall(SYS_bpf, 0, nullptr, 0))) {
    return 6;
  }
  if (!refused(::syscall(SYS_open_by_handle_at, -1, nullptr, 0))) {
    return 7;
  }
  if (!refused(::syscall(SYS_init_module, nullptr, 0, ""))) {
    return 8;
  }
  return refused(::chroot("/")) ? 0 : 9;
}

// A process of another user, which waits until it is ended.
pid_t somebody_else() {
  const pid_t child = ::fork();
  if (child == 0) {
    constexpr uid_t kNobody = 65534;
    if (::setresuid(kNobody, kNobody, kNobody) == 0) {
      ::pause();
    }
    ::_exit(1);
  }
  return child;
}

int join_namespaces_of(pid_t pid) {
  if (!gives_up_rights()) {
    return 1;
  }
  const std::string path = "/proc/" + std::to_string(pid) + "/ns/net";
  const int theirs = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (theirs < 0) {
    return 2;
  }
  return ::setns(theirs, CLONE_NEWNET) == 0 ? 0 : 3;
}

int look_at_capabilities(ExistingSockets sockets) {
  if (!gives_up_rights(sockets) || ::prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) != 1) {
    return 1;
  }
  for (int number = 0; number <= CAP_LAST_CAP; ++number) {
    const bool kept = number == CAP_SYS_ADMIN || number == CAP_SYS_PTRACE ||
                      number == CAP_NET_ADMIN ||
                      (number == CAP_DAC_READ_SEARCH && sockets == ExistingSockets::refresh);
    if (::prctl(PR_CAPBSET_READ, number, 0, 0, 0) != (kept ? 1 : 0)) {
      return 100 + number;
    }
  }
  // Given up already: to do it again needs nothing of what is gone.
  return keep_few_capabilities(sockets) ? 0 : 2;
}

class Rights : public testing::Test {
 protected:
  void SetUp() override {
    if (::geteuid() != 0) {
      GTEST_SKIP() << "needs root: there is nothing to give up otherwise";
    }
  }
};

TEST_F(Rights, TheFilterRefusesWhatIsNotOurs) { EXPECT_EQ(in_child(try_what_is_refused), 0); }

TEST_F(Rights, NamespacesOfOthersCanStillBeJoined) {
  const pid_t other = somebody_else();
  ASSERT_GT(other, 0);
  EXPECT_EQ(in_child([other] { return join_namespaces_of(other); }), 0);
  ::kill(other, SIGKILL);
  ::waitpid(other, nullptr, 0);
}

TEST_F(Rights, FewCapabilitiesStayAndCanBeKeptAgain) {
  for (const ExistingSockets sockets : {ExistingSockets::leave, ExistingSockets::refresh}) {
    EXPECT_EQ(in_child([sockets] { return look_at_capabilities(sockets); }), 0);
  }
}

}  // namespace
}  // namespace podsysctl::agent
