// SPDX-License-Identifier: Apache-2.0
// One line from a pipe whose other end stays open. Thread-safety: no shared state.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "linux/fd.h"

namespace podsysctl::linux {

// Up to the first newline, without it, or to the end of the data; waits for it. Nothing after the
// newline is taken. invalid_argument if the line is longer than `limit`.
[[nodiscard]] Result<std::string> read_line(FdRef fd, std::string_view name,
                                            std::size_t limit = 65536);

}  // namespace podsysctl::linux
