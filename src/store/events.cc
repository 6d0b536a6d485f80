// SPDX-License-Identifier: Apache-2.0
// Counting an event again gives it a new id, so that a watcher that asks for what came after an id
// sees it again, and the order of ids is that of last_seen.
#include <utility>

#include "store/columns.h"
#include "store/enum_texts.h"
#include "store/sqlite.h"
#include "store/store.h"

namespace podsysctl::store {
namespace {

// Trimming looks at more than one row, so not every event pays for it.
constexpr std::int64_t kTrimInterval = 64;

// Takes the recorded one out, and what it counted into `event`.
Result<> absorb_earlier(Database& database, EventRecord& event) {
  std::optional<std::int64_t> earlier;
  PSYS_TRY(database.each(
      "SELECT id, count, first_seen FROM events WHERE namespace = ?1 AND name = ?2 AND kind = ?3"
      " AND uid = ?4 AND type = ?5 AND reason = ?6 AND message = ?7 AND component = ?8",
      {event.object.namespace_, event.object.name, event.object.kind, event.object.uid,
       to_string(event.type), event.reason, event.message, event.component},
      [&](const Row& row) {
        earlier = row.number(0);
        event.count += static_cast<std::uint32_t>(row.number(1));
        event.first_seen = time_at(row, 2);
        return Result<>();
      }));
  if (!earlier) {
    return {};
  }
  return database.run("DELETE FROM events WHERE id = ?1", {*earlier});
}

Result<> insert(Database& database, EventRecord& event) {
  PSYS_TRY(database.run(
      "INSERT INTO events (type, reason, component, host, kind, namespace, name, uid, message,"
      " count, first_seen, last_seen) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
      {to_string(event.type), event.reason, event.component, event.host, event.object.kind,
       event.object.namespace_, event.object.name, event.object.uid, event.message,
       std::int64_t{event.count}, to_value(event.first_seen), to_value(event.last_seen)}));
  event.id = database.last_inserted_id();
  return {};
}

Result<> trim(Database& database, const EventLimits& limits, Timestamp now) {
  PSYS_TRY(database.run(
      "DELETE FROM events WHERE id <= (SELECT id FROM events ORDER BY id DESC LIMIT 1 OFFSET ?1)",
      {static_cast<std::int64_t>(limits.count)}));
  return database.run("DELETE FROM events WHERE last_seen < ?1", {to_value(now - limits.age)});
}

Result<EventRecord> read_event(const Row& row) {
  EventRecord event;
  event.id = row.number(0);
  PSYS_TRY_ASSIGN(event.type, value_of(kEventTypes, row.text(1)));
  event.reason = row.text(2);
  event.component = row.text(3);
  event.host = row.text(4);
  event.object = {row.text(5), row.text(6), row.text(7), row.text(8)};
  event.message = row.text(9);
  event.count = static_cast<std::uint32_t>(row.number(10));
  event.first_seen = time_at(row, 11);
  event.last_seen = time_at(row, 12);
  return event;
}

}  // namespace

Result<EventRecord> Store::add_event(const EventRecord& event) {
  EventRecord recorded = event;
  recorded.count = 1;
  recorded.first_seen = event.last_seen;
  const auto work = [&]() -> Result<> {
    PSYS_TRY(absorb_earlier(*database_, recorded));
    PSYS_TRY(insert(*database_, recorded));
    if (recorded.id % kTrimInterval == 0) {
      return trim(*database_, limits_, recorded.last_seen);
    }
    return {};
  };
  PSYS_TRY(atomically(*database_, work));
  return recorded;
}

Result<std::vector<EventRecord>> Store::events(const EventFilter& filter) {
  std::vector<EventRecord> records;
  const auto add = [&records](const Row& row) -> Result<> {
    PSYS_TRY_ASSIGN(EventRecord event, read_event(row));
    records.push_back(std::move(event));
    return {};
  };
  if (!filter.about) {
    PSYS_TRY(database_->each(
        "SELECT id, type, reason, component, host, kind, namespace, name, uid, message, count,"
        " first_seen, last_seen FROM events WHERE id > ?1 ORDER BY id",
        {filter.after_id}, add));
    return records;
  }
  PSYS_TRY(database_->each(
      "SELECT id, type, reason, component, host, kind, namespace, name, uid, message, count,"
      " first_seen, last_seen FROM events WHERE id > ?1 AND namespace = ?2 AND name = ?3"
      " AND (?4 = '' OR uid = ?4) ORDER BY id",
      {filter.after_id, filter.about->namespace_, filter.about->name, filter.about->uid}, add));
  return records;
}

}  // namespace podsysctl::store
