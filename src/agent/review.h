// SPDX-License-Identifier: Apache-2.0
// What is new about a sandbox that was decided about before: what is not granted any more, and what
// nobody was told of yet. Thread-safety: pure functions.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "agent/recorder.h"
#include "agent/sandbox_book.h"
#include "rules/decide.h"

namespace podsysctl::agent {

inline constexpr std::string_view kSysctlGrantEnded = "SysctlGrantEnded";  // Warning

[[nodiscard]] bool grants_any(const rules::Decision& decision);

// Keys that were granted before, in force, and are not granted now, nor set by hand. Their values
// stay until the pod ends: a program may rely on them.
[[nodiscard]] std::vector<std::string> lapsed(const Given& before, const rules::Decision& decision,
                                              std::span<const std::string> by_hand);

// One for each offence and each lapsed key that was not told of before; what was told is added.
[[nodiscard]] std::vector<Notice> news(Given& given, const Given& before,
                                       const rules::Decision& decision);

}  // namespace podsysctl::agent
