// SPDX-License-Identifier: Apache-2.0
// Puts a whole file into a folder that others use: it is written under a hidden name without any
// right to run it, flushed, and then renamed, so that nobody meets a part of it. What a killed call
// left under the hidden name the next one removes. Errors: conflict where a file may not be
// replaced and is there; else those of the system call. Thread-safety: one caller for each name.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"
#include "linux/fd.h"

namespace podsysctl::linux {

enum class Existing : std::uint8_t { refuse, replace };

[[nodiscard]] Result<> place_file(FdRef folder, const std::string& name, std::string_view data,
                                  mode_t mode, Existing existing);

// A name that is not there is success.
[[nodiscard]] Result<> take_file_away(FdRef folder, const std::string& name);

}  // namespace podsysctl::linux
