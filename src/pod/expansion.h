// SPDX-License-Identifier: Apache-2.0
// $(VAR) in env values, command, args and subPathExpr, as Kubernetes expands it: $(NAME) is
// replaced where NAME is known and stays as it is where not; $$ is one $; nothing is recursive.
// Errors: invalid_argument where the outcome is longer than one string of execve(2) can be.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace podsysctl::pod {

// MAX_ARG_STRLEN of the kernel, with the NUL. Variables that refer to each other could double in
// length at every step.
inline constexpr std::size_t kMaxExecString = 131072;

using Lookup = std::function<std::optional<std::string>(std::string_view name)>;

[[nodiscard]] Result<std::string> expand(std::string_view text, const Lookup& lookup);

}  // namespace podsysctl::pod
