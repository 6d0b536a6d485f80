// SPDX-License-Identifier: Apache-2.0
// What `explain` prints: one page about a key or a profile, as text or as JSON (docs/catalog.md).
// Thread-safety: pure functions.
#pragma once

#include <span>
#include <string>

#include "cli/explanation.h"
#include "cli/output.h"
#include "sysctl/profile.h"

namespace podsysctl::cli {

[[nodiscard]] std::string explain_text(const Explanation& page, Table::Colours colours);
[[nodiscard]] std::string explain_json(const Explanation& page);

[[nodiscard]] std::string profile_text(const sysctl::Profile& profile, Table::Colours colours);
[[nodiscard]] std::string profile_json(const sysctl::Profile& profile);

// Name and title of each.
[[nodiscard]] std::string profile_list_text(std::span<const sysctl::Profile> profiles);
[[nodiscard]] std::string profile_list_json(std::span<const sysctl::Profile> profiles);

}  // namespace podsysctl::cli
