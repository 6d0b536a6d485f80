// SPDX-License-Identifier: Apache-2.0
// Changes a person's file: in place, so that owner, mode and links stay. Thread-safety: none
// needed.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace podsysctl::cli {

enum class Backup : std::uint8_t { no, yes };  // yes: FILE.bak has the old text, written first

// conflict where the file has another text by now.
[[nodiscard]] Result<> rewrite_file(const std::string& path, std::string_view old_text,
                                    std::string_view new_text, Backup backup);

}  // namespace podsysctl::cli
