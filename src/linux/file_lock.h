// SPDX-License-Identifier: Apache-2.0
// A lock that processes hold on a file (flock(2)): held while the descriptor is open, so it is gone
// after kill -9 too. The file stays: removing it would let two processes lock two files of one
// name. Errors: name the path. Thread-safety: no shared state; two calls in one process exclude
// each other.
#pragma once

#include <optional>
#include <string>

#include "base/result.h"
#include "linux/fd.h"

namespace podsysctl::linux {

// Creates the file where it is missing and waits until nobody else holds its lock.
[[nodiscard]] Result<Fd> lock_file(const std::string& path);

// The same without waiting: nullopt where somebody holds it.
[[nodiscard]] Result<std::optional<Fd>> try_lock_file(const std::string& path);

}  // namespace podsysctl::linux
