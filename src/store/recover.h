// SPDX-License-Identifier: Apache-2.0
// A damaged state database: kept aside, and the newest copy put in its place.
// What the copy says is then compared with what runs, as after any restart.
// Errors: those of files; timeout where the database is locked. Thread-safety: no shared state; one
// process at a time does it, the others wait.
#pragma once

#include <optional>
#include <string>

#include "base/clock.h"
#include "base/result.h"

namespace podsysctl::store {

// Writes <root>/state.db.copy anew; readers of it see the old or the new one. Other processes go on
// with the database meanwhile.
[[nodiscard]] Result<> keep_copy(const std::string& root);

// Reads all of it. An absent database is not damaged.
[[nodiscard]] Result<bool> is_damaged(const std::string& root);

struct Recovery {
  std::string kept_as;             // the damaged file
  std::optional<Timestamp> as_of;  // of the copy; unset: there was none, and all is forgotten
};

// Nullopt where nothing was damaged.
[[nodiscard]] Result<std::optional<Recovery>> recover_if_damaged(const std::string& root,
                                                                 Timestamp now);

}  // namespace podsysctl::store
