// SPDX-License-Identifier: Apache-2.0
// Lines in the system's log, for programs whose standard error nobody may read: a datagram to
// /dev/log (syslog(3)), facility daemon. Never waits. Errors: not_found where nobody keeps a log.
// Thread-safety: one system call a line.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace podsysctl::linux {

inline constexpr const char* kSystemLog = "/dev/log";

// As syslog.h numbers them.
enum class SystemLogLevel : std::uint8_t { error = 3, warning = 4 };

// Each line of `text` becomes one of the log.
[[nodiscard]] Result<> tell_system_log(std::string_view program, SystemLogLevel level,
                                       std::string_view text,
                                       const std::string& socket = kSystemLog);

}  // namespace podsysctl::linux
