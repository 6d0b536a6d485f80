// SPDX-License-Identifier: Apache-2.0
#include "agent/rights.h"

#include <linux/capability.h>
#include <sys/syscall.h>

#include <array>
#include <span>

#include "linux/privileges.h"

namespace podsysctl::agent {

Result<> keep_few_capabilities(live::ExistingSockets sockets) {
  static constexpr std::array kKept{
      CAP_SYS_ADMIN,        // to join namespaces
      CAP_SYS_PTRACE,       // to open /proc/PID/ns, and descriptors, of another user's processes
      CAP_NET_ADMIN,        // to write net.* of a network that belongs to a user namespace
      CAP_DAC_READ_SEARCH,  // to list /proc/PID/fd of another user's processes
  };
  const std::span all(kKept);
  return linux::keep_only_capabilities(
      sockets == live::ExistingSockets::refresh ? all : all.first(all.size() - 1));
}

Result<> refuse_what_is_not_ours() {
  static constexpr auto kMore = std::to_array<long>({
      SYS_perf_event_open,   SYS_swapon,     SYS_swapoff,     SYS_mount,
      SYS_umount2,           SYS_pivot_root, SYS_chroot,      SYS_fsopen,
      SYS_fsconfig,          SYS_fsmount,    SYS_open_tree,   SYS_move_mount,
      SYS_name_to_handle_at, SYS_add_key,    SYS_request_key, SYS_settimeofday,
      SYS_clock_settime,     SYS_acct,       SYS_syslog,
  });
  return linux::refuse_calls(kMore);
}

}  // namespace podsysctl::agent
