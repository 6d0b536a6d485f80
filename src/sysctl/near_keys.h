// SPDX-License-Identifier: Apache-2.0
// Which keys may be meant by a name that nobody has: the names of the catalogue, and more that the
// caller knows, that are a few edits away, or that have the same end ("somaxconn"). Interfaces keep
// their names. Hundreds of names are compared, so it gives up early; a name beyond 80 bytes has
// none near. Thread-safety: pure function.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace podsysctl::sysctl {

// Best first, five at most.
[[nodiscard]] std::vector<std::string> near_keys(std::string_view name,
                                                 std::span<const std::string_view> more = {});

}  // namespace podsysctl::sysctl
