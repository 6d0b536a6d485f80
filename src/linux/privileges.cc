// SPDX-License-Identifier: Apache-2.0
#include "linux/privileges.h"

#include <linux/audit.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace podsysctl::linux {
namespace {

#if defined(__x86_64__)
constexpr std::uint32_t kArchitecture = AUDIT_ARCH_X86_64;
constexpr std::uint32_t kFirstForeignCall = 0x40000000;  // x32 shares the architecture
#elif defined(__aarch64__)
constexpr std::uint32_t kArchitecture = AUDIT_ARCH_AARCH64;
constexpr std::uint32_t kFirstForeignCall = 0xffffffff;
#else
constexpr std::uint32_t kArchitecture = 0;
constexpr std::uint32_t kFirstForeignCall = 0;
#endif

std::uint64_t bits_of(std::span<const int> capabilities) {
  std::uint64_t bits = 0;
  for (const int capability : capabilities) {
    bits |= std::uint64_t{1} << static_cast<unsigned>(capability);
  }
  return bits;
}

Result<> shrink_bounding_set(std::uint64_t kept) {
  for (unsigned number = 0;; ++number) {
    const int there = ::prctl(PR_CAPBSET_READ, number, 0, 0, 0);
    if (there < 0) {
      return {};  // EINVAL: beyond the last one of this kernel
    }
    const bool keep = ((kept >> number) & 1U) != 0;
    // One that is gone already is not asked for: to drop takes CAP_SETPCAP, which may be gone, too.
    if (there > 0 && !keep && ::prctl(PR_CAPBSET_DROP, number, 0, 0, 0) != 0) {
      return Error::from_errno(errno, "take capability {} out of the bounding set", number);
    }
  }
}

sock_filter load(std::size_t offset) {
  return BPF_STMT(BPF_LD | BPF_W | BPF_ABS, static_cast<std::uint32_t>(offset));
}

constexpr auto kAlwaysRefused = std::to_array<long>({
    SYS_execve,
    SYS_execveat,
    SYS_ptrace,
    SYS_process_vm_readv,
    SYS_process_vm_writev,
    SYS_kexec_load,
    SYS_init_module,
    SYS_finit_module,
    SYS_delete_module,
    SYS_bpf,
    SYS_reboot,
    SYS_open_by_handle_at,
    SYS_userfaultfd,
    SYS_keyctl,
});

constexpr std::uint32_t kRefuse = SECCOMP_RET_ERRNO | EPERM;

void refuse(std::vector<sock_filter>& program, std::span<const long> numbers) {
  for (const long number : numbers) {
    program.push_back(
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, static_cast<std::uint32_t>(number), 0, 1));
    program.push_back(BPF_STMT(BPF_RET | BPF_K, kRefuse));
  }
}

}  // namespace

Result<> keep_only_capabilities(std::span<const int> capabilities) {
  const std::uint64_t kept = bits_of(capabilities);
  PSYS_TRY(shrink_bounding_set(kept));
  __user_cap_header_struct header{.version = _LINUX_CAPABILITY_VERSION_3, .pid = 0};
  std::array<__user_cap_data_struct, 2> sets{};
  if (::syscall(SYS_capget, &header, sets.data()) != 0) {
    return Error::from_errno(errno, "read the capabilities");
  }
  for (std::size_t word = 0; word < sets.size(); ++word) {
    const auto mask = static_cast<std::uint32_t>(kept >> (32U * word));
    sets[word].permitted &= mask;
    sets[word].effective = sets[word].permitted;
    sets[word].inheritable = 0;
  }
  if (::syscall(SYS_capset, &header, sets.data()) != 0) {
    return Error::from_errno(errno, "drop capabilities");
  }
  // EINVAL: a kernel without ambient capabilities, before 4.3.
  if (::prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) != 0 && errno != EINVAL) {
    return Error::from_errno(errno, "drop ambient capabilities");
  }
  return {};
}

Result<> refuse_calls(std::span<const long> more) {
  if (kArchitecture == 0) {
    return Error::of(Code::unsupported, "system calls cannot be filtered on this machine");
  }
  std::vector<sock_filter> program{
      load(offsetof(seccomp_data, arch)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, kArchitecture, 1, 0),
      BPF_STMT(BPF_RET | BPF_K, kRefuse),
      load(offsetof(seccomp_data, nr)),
      BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, kFirstForeignCall, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, kRefuse),
  };
  refuse(program, kAlwaysRefused);
  refuse(program, more);
  program.push_back(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW));
  const sock_fprog filter{static_cast<unsigned short>(program.size()), program.data()};
  if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) {
    return Error::from_errno(errno, "set no_new_privs");
  }
  if (::syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC, &filter) != 0) {
    return Error::from_errno(errno, "filter system calls");
  }
  return {};
}

}  // namespace podsysctl::linux
