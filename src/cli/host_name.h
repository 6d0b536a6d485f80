// SPDX-License-Identifier: Apache-2.0
// This host's name, for events. Thread-safety: pure function.
#pragma once

#include <string>

namespace podsysctl::cli {

// "localhost" where the kernel does not say.
[[nodiscard]] std::string host_name();

}  // namespace podsysctl::cli
