// SPDX-License-Identifier: Apache-2.0
#include "store/store.h"

#include <utility>

#include "store/schema.h"
#include "store/sqlite.h"

namespace podsysctl::store {

Transaction::~Transaction() {
  if (database_ != nullptr && database_->in_transaction()) {
    // Nothing to tell anyone here; what is not committed is rolled back by closing as well.
    (void)database_->run("ROLLBACK");
  }
}

Result<> Transaction::commit() {
  PSYS_TRY(database_->run("COMMIT"));
  database_ = nullptr;
  return {};
}

Store::Store(std::unique_ptr<Database> database, EventLimits limits)
    : database_(std::move(database)), limits_(limits) {}
Store::Store(Store&&) noexcept = default;
Store& Store::operator=(Store&&) noexcept = default;
Store::~Store() = default;

Result<Store> Store::open(const std::string& root, EventLimits limits) {
  PSYS_TRY_ASSIGN(Database database, open_database(root));
  return Store(std::make_unique<Database>(std::move(database)), limits);
}

Result<std::optional<Store>> Store::open_if_present(const std::string& root) {
  PSYS_TRY_ASSIGN(std::optional<Database> database, open_database_if_present(root));
  if (!database) {
    return std::nullopt;
  }
  return Store(std::make_unique<Database>(*std::move(database)), EventLimits{});
}

Result<Transaction> Store::begin() {
  if (database_->in_transaction()) {
    return Error::of(Code::internal, "state database {}: a transaction is open already",
                     database_->path());
  }
  PSYS_TRY(database_->run("BEGIN IMMEDIATE"));
  return Transaction(*database_);
}

Result<std::int64_t> Store::change_counter() {
  PSYS_TRY_ASSIGN(const auto counter, database_->number("PRAGMA data_version"));
  return counter.value_or(0);
}

bool Store::is_read_only() const { return database_->is_read_only(); }

}  // namespace podsysctl::store
