// SPDX-License-Identifier: Apache-2.0
#include "deny_syscalls.h"

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>

#include <cerrno>
#include <cstddef>
#include <vector>

namespace podsysctl::kernel_test {

Result<> deny_syscalls(std::span<const long> numbers) {
  // Load the call's number; for each denied one: equal, then ENOSYS; at the end allow.
  std::vector<sock_filter> program;
  program.push_back({BPF_LD | BPF_W | BPF_ABS, 0, 0, offsetof(seccomp_data, nr)});
  for (const long number : numbers) {
    program.push_back({BPF_JMP | BPF_JEQ | BPF_K, 0, 1, static_cast<__u32>(number)});
    program.push_back({BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ERRNO | ENOSYS});
  }
  program.push_back({BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ALLOW});
  const sock_fprog filter{static_cast<unsigned short>(program.size()), program.data()};
  if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ||
      ::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) < 0) {
    return Error::from_errno(errno, "install a seccomp filter");
  }
  return {};
}

}  // namespace podsysctl::kernel_test
