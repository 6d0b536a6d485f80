// SPDX-License-Identifier: Apache-2.0
// What src/linux does where newer system calls are missing: kernels before 5.2 to 5.6, and
// sandboxes that filter them. The answers must be the same.
#include <fcntl.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "deny_syscalls.h"
#include "golden.h"
#include "linux/file.h"
#include "linux/fresh_namespaces.h"
#include "linux/proc_sys.h"
#include "linux/process.h"
#include "sysctl/probe.h"

namespace podsysctl::kernel_test {
namespace {

using std::chrono::seconds;

struct Missing {
  std::string name;
  std::vector<long> calls;
  std::string procfs;  // where ProcSys comes from then
};

void PrintTo(const Missing& missing, std::ostream* out) { *out << missing.name; }

class WithoutSyscalls : public testing::TestWithParam<Missing> {
 protected:
  void SetUp() override {
    if (::geteuid() != 0) {
      GTEST_SKIP() << "needs root";
    }
  }

  // Runs `work` in a child in which the calls are missing.
  [[nodiscard]] static Result<std::string> in_child(
      const std::function<Result<std::string>()>& work) {
    return linux::call_in_child([&]() -> Result<std::string> {
      PSYS_TRY(deny_syscalls(GetParam().calls));
      return work();
    });
  }
};

TEST_P(WithoutSyscalls, TheProbeSeesTheSame) {
  static const auto whole = sysctl::probe(sysctl::ProbeMode::passive);
  ASSERT_TRUE(whole) << whole.error().message;
  const auto text = in_child([]() -> Result<std::string> {
    PSYS_TRY_ASSIGN(const sysctl::ProbeReport report, sysctl::probe(sysctl::ProbeMode::passive));
    return to_text(golden_of(report));
  });
  ASSERT_TRUE(text) << text.error().message;
  EXPECT_EQ(*text, to_text(golden_of(*whole)));
}

TEST_P(WithoutSyscalls, ProcfsComesFromTheNextBestPlace) {
  const auto source = in_child([]() -> Result<std::string> {
    PSYS_TRY_ASSIGN(const linux::ProcSys proc, linux::ProcSys::open());
    return std::string(proc.source());
  });
  ASSERT_TRUE(source) << source.error().message;
  EXPECT_EQ(*source, GetParam().procfs);
}

TEST_P(WithoutSyscalls, NothingLeadsOutOfTheFolder) {
  const std::vector<std::string> ways_out{"..", "sys/../..", "self", "self/root", "/proc/uptime"};
  for (const std::string& path : ways_out) {
    const auto opened = in_child([&]() -> Result<std::string> {
      PSYS_TRY_ASSIGN(const linux::Fd proc, linux::open_file("/proc", O_PATH | O_DIRECTORY));
      PSYS_TRY(linux::open_beneath(proc.ref(), path, O_RDONLY));
      return std::string("opened");
    });
    ASSERT_FALSE(opened) << path;
    EXPECT_TRUE(opened.error().sys_errno == EXDEV || opened.error().sys_errno == ELOOP)
        << path << ": " << opened.error().message;
  }
}

TEST_P(WithoutSyscalls, AChildIsStillEndedAndWaitedFor) {
  const auto ended = in_child([]() -> Result<std::string> {
    const pid_t pid = ::fork();
    if (pid == 0) {
      ::pause();
      ::_exit(0);
    }
    PSYS_TRY_ASSIGN(const linux::ProcessId id, linux::identify(pid));
    PSYS_TRY(linux::kill_and_wait(id, seconds(20)));
    PSYS_TRY_ASSIGN(const int status, linux::wait_for_child(pid));
    return std::to_string(status);
  });
  ASSERT_TRUE(ended) << ended.error().message;
  EXPECT_EQ(*ended, std::to_string(128 + SIGKILL));
}

INSTANTIATE_TEST_SUITE_P(
    Kernels, WithoutSyscalls,
    testing::Values(Missing{"nothing", {}, "fsopen"}, Missing{"openat2", {SYS_openat2}, "fsopen"},
                    Missing{"fsopen", {SYS_fsopen}, "open_tree"},
                    Missing{"mount_api", {SYS_fsopen, SYS_open_tree}, "/proc"},
                    Missing{"pidfd", {SYS_pidfd_open, SYS_pidfd_send_signal}, "fsopen"},
                    Missing{"everything_new",
                            {SYS_openat2, SYS_fsopen, SYS_fsmount, SYS_open_tree, SYS_clone3,
                             SYS_pidfd_open, SYS_pidfd_send_signal},
                            "/proc"}),
    [](const auto& instance) { return instance.param.name; });

}  // namespace
}  // namespace podsysctl::kernel_test
