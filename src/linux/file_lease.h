// SPDX-License-Identifier: Apache-2.0
// Whether somebody has a file open for writing (a read lease, fcntl(2) F_SETLEASE, is refused
// then). "no" also where the file system or our rights do not allow to know. A writer that opens
// the file at the same instant waits until we have let go. Thread-safety: no shared state.
#pragma once

#include <cstdint>

#include "linux/fd.h"

namespace podsysctl::linux {

enum class BeingWritten : std::uint8_t { no, yes };

// `fd` is open for reading only.
[[nodiscard]] BeingWritten being_written(FdRef fd) noexcept;

}  // namespace podsysctl::linux
