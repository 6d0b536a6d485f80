// SPDX-License-Identifier: Apache-2.0
// Words in the way in which container managers read them from an OCI runtime: a line in the file of
// --log, as text or JSON (--log-format), errors also on standard error. containerd, Docker and
// conmon show the last error of that file. Thread-safety: pure functions, but for the file.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/result.h"

namespace podsysctl::oci {

enum class Severity : std::uint8_t { warning, error };

// One line, with its newline.
[[nodiscard]] std::string log_line(std::string_view format, Severity severity,
                                   std::string_view message, Timestamp now);

// Appended to the file of a --log flag ("/x/log.json", "file:/x/log"). False where it names none:
// empty, journald:…, syslog:….
[[nodiscard]] Result<bool> append_to_log(std::string_view log, std::string_view line);

}  // namespace podsysctl::oci
