// SPDX-License-Identifier: Apache-2.0
#include "store/sqlite.h"

#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <utility>

#include <sqlite3.h>

#include "base/scope_exit.h"
#include "store/store.h"
#include "store/writable.h"

namespace podsysctl::store {
namespace {

void bind(sqlite3_stmt* statement, int position, const Value& value) {
  // Positions and lengths are ours and far below SQLite's limits; a failed bind would surface as
  // the error of the step that follows.
  if (const auto* number = std::get_if<std::int64_t>(&value)) {
    sqlite3_bind_int64(statement, position, *number);
  } else if (const auto* text = std::get_if<std::string_view>(&value)) {
    // The text outlives the step: run() and each() step and clear before they return. A null
    // data pointer would bind NULL.
    sqlite3_bind_text64(statement, position, text->data() == nullptr ? "" : text->data(),
                        text->size(), SQLITE_STATIC, SQLITE_UTF8);
  }
}

void bind_all(sqlite3_stmt* statement, std::initializer_list<Value> values) {
  int position = 0;
  for (const Value& value : values) {
    bind(statement, ++position, value);
  }
}

Code code_of(int status) {
  switch (status & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return Code::timeout;
    case SQLITE_PERM:
    case SQLITE_READONLY:
    case SQLITE_CANTOPEN:
    case SQLITE_AUTH:
      return Code::permission;
    case SQLITE_CONSTRAINT:
      return Code::conflict;
    case SQLITE_FULL:
    case SQLITE_IOERR:  // of the disk: it says nothing about what is in the file
      return Code::unavailable;
    case SQLITE_TOOBIG:
      return Code::invalid_argument;
    default:
      return Code::internal;
  }
}

// SQLite goes on with a file that it may only read, and keeps no errno of that.
bool is_read_only_place(const std::string& path) {
  const std::string folder = std::filesystem::path(path).parent_path().string();
  return ::access(folder.c_str(), W_OK) != 0 && errno == EROFS;
}

std::string_view advice(int status, int cause, const std::string& path) {
  switch (status & 0xff) {
    case SQLITE_BUSY:
      return "; another podsysctl has kept it locked, try again";
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return "; the file is damaged: move it away, then remove what is left with podsysctl rm";
    case SQLITE_PERM:
    case SQLITE_READONLY:
    case SQLITE_CANTOPEN:
      return way_out(is_read_only_place(path) ? EROFS : EACCES);
    case SQLITE_FULL:
      return way_out(ENOSPC);
    case SQLITE_IOERR:
      return way_out(cause == 0 ? EIO : cause);
    default:
      return "";
  }
}

}  // namespace

std::int64_t Row::number(int column) const { return sqlite3_column_int64(statement_, column); }

std::string Row::text(int column) const {
  const unsigned char* const bytes = sqlite3_column_text(statement_, column);
  if (bytes == nullptr) {
    return {};
  }
  const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement_, column));
  return {bytes, bytes + size};
}

bool Row::is_null(int column) const {
  return sqlite3_column_type(statement_, column) == SQLITE_NULL;
}

Database::Database(sqlite3* connection, std::string path)
    : connection_(connection), path_(std::move(path)) {}

Database::Database(Database&& other) noexcept
    : connection_(std::exchange(other.connection_, nullptr)),
      path_(std::move(other.path_)),
      statements_(std::move(other.statements_)) {
  other.statements_.clear();
}

Database::~Database() {
  for (const auto& [sql, statement] : statements_) {
    sqlite3_finalize(statement);
  }
  sqlite3_close(connection_);
}

Result<Database> Database::open(const std::string& path, Access access) {
  const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX |
                    (access == Access::create ? SQLITE_OPEN_CREATE : 0);
  sqlite3* connection = nullptr;
  const int status = sqlite3_open_v2(path.c_str(), &connection, flags, nullptr);
  Database database(connection, path);  // SQLite gives a handle to close even when it fails
  if (status != SQLITE_OK) {
    const bool absent = (status & 0xff) == SQLITE_CANTOPEN && access == Access::existing &&
                        connection != nullptr && sqlite3_system_errno(connection) == ENOENT;
    return absent ? Error::of(Code::not_found, "state database {} does not exist", path)
                  : database.failure(status);
  }
  sqlite3_extended_result_codes(connection, 1);
  sqlite3_busy_timeout(connection, static_cast<int>(kBusyLimit.count()));
  // Every command would flush the disk twice when it ends. The log is written back when it has
  // grown instead (PRAGMA wal_autocheckpoint).
  sqlite3_db_config(connection, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
  return database;
}

std::unexpected<Error> Database::failure(int status) const {
  if (connection_ == nullptr) {
    return Error::of(Code::internal, "state database {}: out of memory", path_);
  }
  return Error::of(code_of(status), "state database {}: {}{}", path_,
                   std::string_view(sqlite3_errmsg(connection_)),
                   advice(status, sqlite3_system_errno(connection_), path_));
}

Result<> Database::execute(const std::string& script) {
  const int status = sqlite3_exec(connection_, script.c_str(), nullptr, nullptr, nullptr);
  if (status != SQLITE_OK) {
    return failure(status);
  }
  return {};
}

Result<sqlite3_stmt*> Database::prepared(const char* sql) {
  if (const auto known = statements_.find(sql); known != statements_.end()) {
    return known->second;
  }
  sqlite3_stmt* statement = nullptr;
  const int status =
      sqlite3_prepare_v3(connection_, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
  if (status != SQLITE_OK) {
    return failure(status);
  }
  statements_.emplace(sql, statement);
  return statement;
}

Result<> Database::run(const char* sql, std::initializer_list<Value> values) {
  return each(sql, values, [](const Row&) { return Result<>(); });
}

Result<> Database::each(const char* sql, std::initializer_list<Value> values,
                        const RowHandler& handle) {
  PSYS_TRY_ASSIGN(sqlite3_stmt* const statement, prepared(sql));
  const ScopeExit clear([statement] {
    sqlite3_reset(statement);
    sqlite3_clear_bindings(statement);
  });
  bind_all(statement, values);
  for (;;) {
    const int status = sqlite3_step(statement);
    if (status == SQLITE_DONE) {
      return {};
    }
    if (status != SQLITE_ROW) {
      return failure(status);
    }
    PSYS_TRY(handle(Row(statement)));
  }
}

Result<std::optional<std::int64_t>> Database::number(const char* sql,
                                                     std::initializer_list<Value> values) {
  std::optional<std::int64_t> first;
  PSYS_TRY(each(sql, values, [&first](const Row& row) {
    if (!first) {
      first = row.number(0);
    }
    return Result<>();
  }));
  return first;
}

std::int64_t Database::changed_rows() const { return sqlite3_changes64(connection_); }

std::int64_t Database::last_inserted_id() const { return sqlite3_last_insert_rowid(connection_); }

bool Database::is_read_only() const { return sqlite3_db_readonly(connection_, "main") == 1; }

bool Database::in_transaction() const { return sqlite3_get_autocommit(connection_) == 0; }

namespace {

Result<> transact(Database& database, const char* begin, const std::function<Result<>()>& work) {
  if (database.in_transaction()) {
    return work();
  }
  PSYS_TRY(database.run(begin));
  Result<> outcome = work();
  if (outcome) {
    outcome = database.run("COMMIT");
  }
  if (!outcome && database.in_transaction()) {
    // Its failure would hide the cause; closing the connection rolls back as well.
    (void)database.run("ROLLBACK");
  }
  return outcome;
}

}  // namespace

Result<> atomically(Database& database, const std::function<Result<>()>& work) {
  // Not a plain BEGIN: a reader that turns writer later cannot wait for another writer.
  return transact(database, "BEGIN IMMEDIATE", work);
}

Result<> in_snapshot(Database& database, const std::function<Result<>()>& work) {
  return transact(database, "BEGIN", work);
}

}  // namespace podsysctl::store
