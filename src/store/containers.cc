// SPDX-License-Identifier: Apache-2.0
#include <utility>

#include "base/strings.h"
#include "store/columns.h"
#include "store/enum_texts.h"
#include "store/sqlite.h"
#include "store/store.h"

namespace podsysctl::store {
namespace {

constexpr const char* kInsertContainer =
    "INSERT INTO containers (id, pod_uid, name, kind, image, pid, pid_start, monitor_pid,"
    " monitor_start, state, exit_code, reason, message, log_path, started, finished,"
    " restart_count, stop_signal, runtime_id) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11,"
    " ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19)";
constexpr const char* kUpdateContainer =
    "UPDATE containers SET pod_uid = ?2, name = ?3, kind = ?4, image = ?5, pid = ?6,"
    " pid_start = ?7, monitor_pid = ?8, monitor_start = ?9, state = ?10, exit_code = ?11,"
    " reason = ?12, message = ?13, log_path = ?14, started = ?15, finished = ?16,"
    " restart_count = ?17, stop_signal = ?18, runtime_id = ?19 WHERE id = ?1";
constexpr const char* kSelectContainer =
    "SELECT id, pod_uid, name, kind, image, pid, pid_start, monitor_pid, monitor_start, state,"
    " exit_code, reason, message, log_path, started, finished, restart_count, stop_signal,"
    " runtime_id FROM containers WHERE id = ?1";
constexpr const char* kSelectContainersOfPod =
    "SELECT id, pod_uid, name, kind, image, pid, pid_start, monitor_pid, monitor_start, state,"
    " exit_code, reason, message, log_path, started, finished, restart_count, stop_signal,"
    " runtime_id FROM containers WHERE pod_uid = ?1 ORDER BY position";

// The columns of the statements above, in their order.
Result<> run_with_columns(Database& database, const char* sql, const ContainerRecord& container) {
  return database.run(
      sql,
      {container.id, container.pod_uid, container.name, to_string(container.kind), container.image,
       pid_value(container.process), start_value(container.process), pid_value(container.monitor),
       start_value(container.monitor), to_string(container.state), to_value(container.exit_code),
       container.reason, container.message, container.log_path, to_value(container.started),
       to_value(container.finished), std::int64_t{container.restart_count},
       std::int64_t{container.stop_signal}, container.runtime_id});
}

Result<ContainerRecord> read_container(const Row& row) {
  ContainerRecord container;
  container.id = row.text(0);
  container.pod_uid = row.text(1);
  container.name = row.text(2);
  PSYS_TRY_ASSIGN(container.kind, value_of(kContainerKinds, row.text(3)));
  container.image = row.text(4);
  container.process = process_at(row, 5);
  container.monitor = process_at(row, 7);
  PSYS_TRY_ASSIGN(container.state, value_of(kContainerStates, row.text(9)));
  if (!row.is_null(10)) {
    container.exit_code = static_cast<int>(row.number(10));
  }
  container.reason = row.text(11);
  container.message = row.text(12);
  container.log_path = row.text(13);
  container.started = optional_time_at(row, 14);
  container.finished = optional_time_at(row, 15);
  container.restart_count = static_cast<std::uint32_t>(row.number(16));
  container.stop_signal = static_cast<int>(row.number(17));
  container.runtime_id = row.text(18);
  return container;
}

std::unexpected<Error> no_such_container(const std::string& id) {
  return Error::of(Code::not_found, "container with id {} is not recorded", in_quotes(id));
}

}  // namespace

Result<> Store::insert_container(const ContainerRecord& container) {
  return with_context(
      run_with_columns(*database_, kInsertContainer, container),
      fmt::format("record container {} of pod {}", in_quotes(container.name), container.pod_uid));
}

Result<> Store::update_container(const ContainerRecord& container) {
  PSYS_TRY(run_with_columns(*database_, kUpdateContainer, container));
  if (database_->changed_rows() == 0) {
    return no_such_container(container.id);
  }
  return {};
}

Result<ContainerRecord> Store::modify_container(const std::string& id,
                                                const ContainerChange& change) {
  ContainerRecord record;
  const auto work = [&]() -> Result<> {
    PSYS_TRY_ASSIGN(record, container(id));
    PSYS_TRY(change(record));
    return update_container(record);
  };
  PSYS_TRY(atomically(*database_, work));
  return record;
}

Result<ContainerRecord> Store::container(const std::string& id) {
  std::optional<ContainerRecord> found;
  const auto keep = [&found](const Row& row) -> Result<> {
    PSYS_TRY_ASSIGN(found, read_container(row));
    return {};
  };
  PSYS_TRY(database_->each(kSelectContainer, {id}, keep));
  if (!found) {
    return no_such_container(id);
  }
  return *std::move(found);
}

Result<std::vector<ContainerRecord>> Store::containers(const std::string& pod_uid) {
  std::vector<ContainerRecord> records;
  PSYS_TRY(
      database_->each(kSelectContainersOfPod, {pod_uid}, [&records](const Row& row) -> Result<> {
        PSYS_TRY_ASSIGN(ContainerRecord record, read_container(row));
        records.push_back(std::move(record));
        return {};
      }));
  return records;
}

}  // namespace podsysctl::store
