// SPDX-License-Identifier: Apache-2.0
// Who is behind a change, as the audit trail wants it. Thread-safety: no shared state.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>

#include "linux/listen.h"

namespace podsysctl::live {

struct Author {
  pid_t pid = 0;
  std::uint32_t uid = 0;
  // Who logged in, kept over sudo and su (/proc/self/loginuid, kernels with CONFIG_AUDIT); unset
  // for services, and where the kernel does not say.
  std::optional<std::uint32_t> login_uid;

  [[nodiscard]] static Author of_this_process();
  // Who connected to a socket of ours; `process` is a pidfd of it, or none.
  [[nodiscard]] static Author of_peer(const linux::Peer& peer, linux::FdRef process);
  // "uid 0 (login uid 1000)"
  [[nodiscard]] std::string text() const;
};

}  // namespace podsysctl::live
