// SPDX-License-Identifier: Apache-2.0
// The value of the annotation podsysctl.io/sysctls: the text of a sysctl.conf(5), one `key = value`
// a line, cut at the first '='; blanks around both are dropped, lines that begin with '#' or ';'
// are comments, empty lines are skipped. Nothing else splits: a value may hold any character but
// those that control. Errors: invalid_argument, "line N: …". Thread-safety: pure function.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "sysctl/setting.h"

namespace podsysctl::rules {

inline constexpr std::string_view kConfAnnotation = "podsysctl.io/sysctls";
inline constexpr std::string_view kProfileAnnotation = "podsysctl.io/profile";

inline constexpr std::size_t kMostSettings = 256;  // of one pod and source

// The settings in their order, each key once; origin: the annotation, with line and column in its
// text. A key that is given twice with one value counts once, with two it is refused.
[[nodiscard]] Result<std::vector<sysctl::Setting>> parse_conf_text(std::string_view text);

}  // namespace podsysctl::rules
