// SPDX-License-Identifier: Apache-2.0
// Signals by name, as an image's StopSignal gives them: "SIGQUIT", "QUIT", "3", "SIGRTMIN+3".
// Numbers are this machine's. Thread-safety: pure functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace podsysctl::linux {

// Any case, with or without "SIG"; nothing for what is no signal that can be sent.
[[nodiscard]] std::optional<int> parse_signal(std::string_view text);

}  // namespace podsysctl::linux
