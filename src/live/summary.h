// SPDX-License-Identifier: Apache-2.0
// An application in one line, as events say it. Thread-safety: pure function.
#pragma once

#include <string>

#include "sysctl/apply.h"

namespace podsysctl::live {

// "net.core.somaxconn = 2048 (was 4096), net.ipv4.tcp_fin_timeout = 30 (already)"
[[nodiscard]] std::string summary_of(const sysctl::Application& application);

}  // namespace podsysctl::live
