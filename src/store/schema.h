// SPDX-License-Identifier: Apache-2.0
// The tables of the state database and how an older file becomes a current one. The version is
// SQLite's user_version: the number of migrations applied. Thread-safety: as Database.
#pragma once

#include <optional>
#include <string>

#include "base/result.h"
#include "store/sqlite.h"

namespace podsysctl::store {

// <root>/state.db
[[nodiscard]] std::string database_path(const std::string& root);

// <root>/state.db.copy: the newest whole copy.
[[nodiscard]] std::string copy_path(const std::string& root);

// An existing, current database costs one look at its version. Else `root`, the file and the tables
// are made, or migrated, in one transaction and under a lock that other processes wait for.
[[nodiscard]] Result<Database> open_database(const std::string& root);

// The same, but nullopt where there is no database, and none is made.
[[nodiscard]] Result<std::optional<Database>> open_database_if_present(const std::string& root);

}  // namespace podsysctl::store
