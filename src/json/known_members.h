// SPDX-License-Identifier: Apache-2.0
// Strict reading of objects: a member that nobody knows is a mistake. Errors: invalid_argument,
// with where it is and what is taken. Thread-safety: pure function.
#pragma once

#include <span>
#include <string_view>

#include "json/cursor.h"

namespace podsysctl::json {

[[nodiscard]] Result<> check_members(const Cursor& object, std::span<const std::string_view> known);

}  // namespace podsysctl::json
