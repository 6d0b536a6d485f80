// SPDX-License-Identifier: Apache-2.0
// Settings that sockets took over when they were made or listened, handed on to sockets that exist:
// the queue of listeners (net.core.somaxconn) by listening once more, and the keepalive times of
// open connections that use keepalive (net.ipv4.tcp_keepalive_*). TCP over IPv4 and IPv6, sockets
// of the target's network namespace that one of its processes holds.
// A listener's own wish is not known to anyone: it gets the new value, whatever it asked for.
// Errors: those of listing; what cannot be done with one socket is in its line.
// Thread-safety: no shared state.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "linux/namespaces.h"
#include "sysctl/apply.h"

namespace podsysctl::live {

enum class ExistingSockets : std::uint8_t { leave, refresh };  // --live-sockets

enum class SocketOutcome : std::uint8_t {
  changed,
  kept,     // it has the value, or one that the application chose
  refused,  // `why` says what stands in the way
};
[[nodiscard]] std::string_view to_string(SocketOutcome outcome) noexcept;

struct SocketChange {
  sysctl::SysctlKey key;
  std::uint64_t inode = 0;
  pid_t pid = 0;  // whose descriptor was shared; 0 where nobody was found
  std::string local;
  std::string remote;  // "" of a listener
  std::string old_value;
  std::string new_value;
  SocketOutcome outcome = SocketOutcome::kept;
  std::string why;  // of kept and refused
};

// Whether sockets that exist can be given a new value of this key.
[[nodiscard]] bool reaches_sockets(const sysctl::SysctlKey& key);

// `applied` are in force in `net` already.
[[nodiscard]] Result<std::vector<SocketChange>> refresh_sockets(
    const linux::Namespace& net, std::span<const sysctl::AppliedSetting> applied);

// A listener whose queue is shorter than it could be: made before net.core.somaxconn rose, or as
// short as its application wants it.
struct ShortQueue {
  std::string local;
  std::uint32_t size = 0;
};
// Shorter than `most`. Nothing is changed.
[[nodiscard]] Result<std::vector<ShortQueue>> short_queues(const linux::Namespace& net,
                                                           std::uint32_t most);

}  // namespace podsysctl::live
