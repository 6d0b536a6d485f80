// SPDX-License-Identifier: Apache-2.0
// SQLite behind a small interface: sqlite.cc is the only file that includes <sqlite3.h>. Statements
// are prepared once per connection and bound by position; texts are never put into SQL.
// Errors: as in store.h; an absent file is not_found, a broken constraint conflict. Thread-safety:
// one Database per thread.
#pragma once

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "base/result.h"

struct sqlite3;
struct sqlite3_stmt;

namespace podsysctl::store {

// A bound parameter; monostate is NULL.
using Value = std::variant<std::monostate, std::int64_t, std::string_view>;

// One row of an answer, valid during the call it is given to.
class Row {
 public:
  explicit Row(sqlite3_stmt* statement) : statement_(statement) {}
  [[nodiscard]] std::int64_t number(int column) const;  // 0 for NULL
  [[nodiscard]] std::string text(int column) const;     // "" for NULL
  [[nodiscard]] bool is_null(int column) const;

 private:
  sqlite3_stmt* statement_;
};

class Database {
 public:
  enum class Access : std::uint8_t { existing, create };

  [[nodiscard]] static Result<Database> open(const std::string& path, Access access);
  Database(Database&& other) noexcept;
  Database& operator=(Database&&) = delete;
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;
  ~Database();

  // Several statements without parameters or answer.
  [[nodiscard]] Result<> execute(const std::string& script);

  // `sql` must be a literal: the prepared statement is kept under its address.
  [[nodiscard]] Result<> run(const char* sql, std::initializer_list<Value> values = {});
  using RowHandler = std::function<Result<>(const Row&)>;
  [[nodiscard]] Result<> each(const char* sql, std::initializer_list<Value> values,
                              const RowHandler& handle);

  // Of the first row; nullopt without one.
  [[nodiscard]] Result<std::optional<std::int64_t>> number(
      const char* sql, std::initializer_list<Value> values = {});

  // Rows that the last run() inserted, changed or deleted.
  [[nodiscard]] std::int64_t changed_rows() const;
  [[nodiscard]] std::int64_t last_inserted_id() const;
  [[nodiscard]] bool in_transaction() const;
  // Whether it was opened where nothing could be written; it stays so until it is opened anew.
  [[nodiscard]] bool is_read_only() const;
  [[nodiscard]] const std::string& path() const noexcept { return path_; }

 private:
  Database(sqlite3* connection, std::string path);
  [[nodiscard]] Result<sqlite3_stmt*> prepared(const char* sql);
  [[nodiscard]] std::unexpected<Error> failure(int status) const;

  sqlite3* connection_;
  std::string path_;
  std::map<const char*, sqlite3_stmt*> statements_;
};

// Runs `work` inside a transaction: the caller's, if one is open, else its own, which other writers
// wait for (atomically) or which sees one state of the data throughout (in_snapshot).
[[nodiscard]] Result<> atomically(Database& database, const std::function<Result<>()>& work);
[[nodiscard]] Result<> in_snapshot(Database& database, const std::function<Result<>()>& work);

}  // namespace podsysctl::store
