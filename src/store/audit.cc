// SPDX-License-Identifier: Apache-2.0
#include <utility>

#include "store/columns.h"
#include "store/enum_texts.h"
#include "store/sqlite.h"
#include "store/store.h"

namespace podsysctl::store {
namespace {

Result<AuditRecord> read_record(const Row& row) {
  AuditRecord record;
  record.id = row.number(0);
  record.batch = row.number(1);
  record.time = time_at(row, 2);
  record.pid = static_cast<pid_t>(row.number(3));
  record.uid = static_cast<std::uint32_t>(row.number(4));
  if (!row.is_null(5)) {
    record.login_uid = static_cast<std::uint32_t>(row.number(5));
  }
  record.target = row.text(6);
  record.target_id = row.text(7);
  record.namespace_inode = static_cast<std::uint64_t>(row.number(8));
  record.name = row.text(9);
  record.old_value = optional_text_at(row, 10);
  record.new_value = row.text(11);
  PSYS_TRY_ASSIGN(record.action, value_of(kAuditActions, row.text(12)));
  PSYS_TRY_ASSIGN(record.outcome, value_of(kAuditOutcomes, row.text(13)));
  record.reason = row.text(14);
  record.detail = row.text(15);
  record.was_requested = optional_text_at(row, 16);
  record.was_origin = optional_text_at(row, 17);
  record.undone_by = row.number(18);
  return record;
}

Result<> insert(Database& database, std::int64_t batch, const AuditRecord& record) {
  const Value login = record.login_uid ? Value(std::int64_t{*record.login_uid}) : Value();
  return database.run(
      "INSERT INTO audit (batch, time, pid, uid, login_uid, target, target_id, namespace_inode,"
      " name, old_value, new_value, action, outcome, reason, detail, was_requested, was_origin,"
      " undone_by) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16,"
      " ?17, ?18)",
      {batch, to_value(record.time), std::int64_t{record.pid}, std::int64_t{record.uid}, login,
       record.target, record.target_id, static_cast<std::int64_t>(record.namespace_inode),
       record.name, to_value(record.old_value), record.new_value, to_string(record.action),
       to_string(record.outcome), record.reason, record.detail, to_value(record.was_requested),
       to_value(record.was_origin), record.undone_by});
}

Result<std::vector<AuditRecord>> select(Database& database, const char* sql,
                                        std::initializer_list<Value> values) {
  std::vector<AuditRecord> records;
  PSYS_TRY(database.each(sql, values, [&records](const Row& row) -> Result<> {
    PSYS_TRY_ASSIGN(AuditRecord record, read_record(row));
    records.push_back(std::move(record));
    return {};
  }));
  return records;
}

}  // namespace

Result<std::int64_t> Store::begin_audit(std::span<const AuditRecord> records) {
  std::int64_t batch = 0;
  const auto work = [&]() -> Result<> {
    PSYS_TRY_ASSIGN(const auto last, database_->number("SELECT max(batch) FROM audit"));
    batch = last.value_or(0) + 1;
    for (const AuditRecord& record : records) {
      PSYS_TRY(insert(*database_, batch, record));
    }
    return database_->run("DELETE FROM audit WHERE id <= (SELECT max(id) FROM audit) - ?1",
                          {kAuditLimit});
  };
  PSYS_TRY(atomically(*database_, work));
  return batch;
}

Result<> Store::finish_audit(std::int64_t batch, std::span<const AuditRecord> records) {
  return atomically(*database_, [&]() -> Result<> {
    PSYS_TRY(database_->run("DELETE FROM audit WHERE batch = ?1", {batch}));
    for (const AuditRecord& record : records) {
      PSYS_TRY(insert(*database_, batch, record));
    }
    return {};
  });
}

Result<std::vector<AuditRecord>> Store::last_set(const std::string& target_id) {
  return select(*database_,
                "SELECT id, batch, time, pid, uid, login_uid, target, target_id, namespace_inode,"
                " name, old_value, new_value, action, outcome, reason, detail, was_requested,"
                " was_origin, undone_by FROM audit WHERE batch = (SELECT max(batch) FROM audit"
                " WHERE target_id = ?1 AND action = 'set' AND undone_by = 0"
                " AND outcome IN ('applied', 'begun')) ORDER BY id",
                {target_id});
}

Result<> Store::mark_undone(std::int64_t batch, std::int64_t by) {
  return database_->run("UPDATE audit SET undone_by = ?2 WHERE batch = ?1", {batch, by});
}

Result<std::vector<AuditRecord>> Store::audit(const std::string& target_id) {
  return select(*database_,
                "SELECT id, batch, time, pid, uid, login_uid, target, target_id, namespace_inode,"
                " name, old_value, new_value, action, outcome, reason, detail, was_requested,"
                " was_origin, undone_by FROM audit WHERE target_id = ?1 ORDER BY id",
                {target_id});
}

}  // namespace podsysctl::store
