// SPDX-License-Identifier: Apache-2.0
#include <utility>

#include "base/strings.h"
#include "store/columns.h"
#include "store/enum_texts.h"
#include "store/sqlite.h"
#include "store/store.h"

namespace podsysctl::store {
namespace {

constexpr const char* kInsertPod =
    "INSERT INTO pods (uid, name, namespace, phase, reason, message, stage, engine, runtime,"
    " sandbox_id, sandbox_pid, sandbox_start, owner_pid, owner_start, attachment, after_exit,"
    " network_state, spec, created, started, finished, grace_seconds, runtime_id, source,"
    " source_hash) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16,"
    " ?17, ?18, ?19, ?20, ?21, ?22, ?23, ?24, ?25)";
constexpr const char* kUpdatePod =
    "UPDATE pods SET name = ?2, namespace = ?3, phase = ?4, reason = ?5, message = ?6, stage = ?7,"
    " engine = ?8, runtime = ?9, sandbox_id = ?10, sandbox_pid = ?11, sandbox_start = ?12,"
    " owner_pid = ?13, owner_start = ?14, attachment = ?15, after_exit = ?16, network_state = ?17,"
    " spec = ?18, created = ?19, started = ?20, finished = ?21, grace_seconds = ?22,"
    " runtime_id = ?23, source = ?24, source_hash = ?25 WHERE uid = ?1";
constexpr const char* kSelectPod =
    "SELECT uid, name, namespace, phase, reason, message, stage, engine, runtime, sandbox_id,"
    " sandbox_pid, sandbox_start, owner_pid, owner_start, attachment, after_exit, network_state,"
    " spec, created, started, finished, grace_seconds, runtime_id, source, source_hash FROM pods"
    " WHERE uid = ?1";

// The columns of the three statements above, in their order.
Result<> run_with_columns(Database& database, const char* sql, const PodRecord& pod) {
  return database.run(sql, {pod.uid,
                            pod.name,
                            pod.namespace_,
                            to_string(pod.phase),
                            pod.reason,
                            pod.message,
                            to_string(pod.stage),
                            pod.engine,
                            pod.runtime,
                            pod.sandbox_id,
                            pid_value(pod.sandbox_process),
                            start_value(pod.sandbox_process),
                            pid_value(pod.owner),
                            start_value(pod.owner),
                            to_string(pod.attachment),
                            to_string(pod.after_exit),
                            pod.network_state,
                            pod.spec,
                            to_value(pod.created),
                            to_value(pod.started),
                            to_value(pod.finished),
                            std::int64_t{pod.grace.count()},
                            pod.runtime_id,
                            pod.source,
                            pod.source_hash});
}

Result<PodRecord> read_pod(const Row& row) {
  PodRecord pod;
  pod.uid = row.text(0);
  pod.name = row.text(1);
  pod.namespace_ = row.text(2);
  PSYS_TRY_ASSIGN(pod.phase, value_of(kPodPhases, row.text(3)));
  pod.reason = row.text(4);
  pod.message = row.text(5);
  PSYS_TRY_ASSIGN(pod.stage, value_of(kStages, row.text(6)));
  pod.engine = row.text(7);
  pod.runtime = row.text(8);
  pod.sandbox_id = row.text(9);
  pod.sandbox_process = process_at(row, 10);
  pod.owner = process_at(row, 12);
  PSYS_TRY_ASSIGN(pod.attachment, value_of(kAttachments, row.text(14)));
  PSYS_TRY_ASSIGN(pod.after_exit, value_of(kAfterExits, row.text(15)));
  pod.network_state = row.text(16);
  pod.spec = row.text(17);
  pod.created = time_at(row, 18);
  pod.started = optional_time_at(row, 19);
  pod.finished = optional_time_at(row, 20);
  pod.grace = std::chrono::seconds(row.number(21));
  pod.runtime_id = row.text(22);
  pod.source = row.text(23);
  pod.source_hash = row.text(24);
  return pod;
}

Result<> insert_host_ports(Database& database, const PodRecord& pod) {
  std::int64_t position = 0;
  for (const HostPort& port : pod.host_ports) {
    PSYS_TRY(database.run("INSERT INTO host_ports VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
                          {pod.uid, position++, port.protocol, port.host_ip,
                           std::int64_t{port.host_port}, std::int64_t{port.container_port}}));
  }
  return {};
}

Result<> insert_namespaces(Database& database, const std::string& uid,
                           std::span<const NamespaceRecord> namespaces) {
  std::int64_t position = 0;
  for (const NamespaceRecord& ns : namespaces) {
    PSYS_TRY(database.run("INSERT INTO namespaces VALUES (?1, ?2, ?3, ?4)",
                          {uid, position++, ns.kind, ns.path}));
  }
  return {};
}

Result<> read_parts(Database& database, PodRecord& pod) {
  PSYS_TRY(database.each(
      "SELECT protocol, host_ip, host_port, container_port FROM host_ports WHERE pod_uid = ?1"
      " ORDER BY position",
      {pod.uid}, [&pod](const Row& row) {
        pod.host_ports.push_back({row.text(0), row.text(1),
                                  static_cast<std::uint16_t>(row.number(2)),
                                  static_cast<std::uint16_t>(row.number(3))});
        return Result<>();
      }));
  return database.each("SELECT kind, path FROM namespaces WHERE pod_uid = ?1 ORDER BY position",
                       {pod.uid}, [&pod](const Row& row) {
                         pod.namespaces.push_back({row.text(0), row.text(1)});
                         return Result<>();
                       });
}

std::unexpected<Error> no_such_pod(const std::string& uid) {
  return Error::of(Code::not_found, "pod with uid {} is not recorded; podsysctl ps -a lists them",
                   in_quotes(uid));
}

Result<> check_name_is_free(Database& database, const PodRecord& pod) {
  return database.each(
      "SELECT uid, phase FROM pods WHERE namespace = ?1 AND name = ?2", {pod.namespace_, pod.name},
      [&pod](const Row& row) -> Result<> {
        return Error::of(Code::conflict,
                         "pod {}/{} exists already (uid {}, {}); remove it first: "
                         "podsysctl rm {}",
                         pod.namespace_, pod.name, row.text(0), row.text(1),
                         pod.namespace_ == "default" ? pod.name : pod.namespace_ + "/" + pod.name);
      });
}

}  // namespace

Result<> Store::insert_pod(const PodRecord& pod) {
  return atomically(*database_, [&]() -> Result<> {
    PSYS_TRY(check_name_is_free(*database_, pod));
    PSYS_TRY(run_with_columns(*database_, kInsertPod, pod));
    PSYS_TRY(insert_host_ports(*database_, pod));
    return insert_namespaces(*database_, pod.uid, pod.namespaces);
  });
}

Result<> Store::update_pod(const PodRecord& pod) {
  PSYS_TRY(run_with_columns(*database_, kUpdatePod, pod));
  if (database_->changed_rows() == 0) {
    return no_such_pod(pod.uid);
  }
  return {};
}

Result<PodRecord> Store::modify_pod(const std::string& uid, const PodChange& change) {
  PodRecord record;
  const auto work = [&]() -> Result<> {
    PSYS_TRY_ASSIGN(record, pod(uid));
    PSYS_TRY(change(record));
    return update_pod(record);
  };
  PSYS_TRY(atomically(*database_, work));
  return record;
}

Result<> Store::set_stage(const std::string& uid, Stage stage) {
  PSYS_TRY(database_->run("UPDATE pods SET stage = ?2 WHERE uid = ?1", {uid, to_string(stage)}));
  if (database_->changed_rows() == 0) {
    return no_such_pod(uid);
  }
  return {};
}

Result<> Store::put_namespaces(const std::string& uid,
                               std::span<const NamespaceRecord> namespaces) {
  return atomically(*database_, [&]() -> Result<> {
    PSYS_TRY(database_->run("DELETE FROM namespaces WHERE pod_uid = ?1", {uid}));
    return insert_namespaces(*database_, uid, namespaces);
  });
}

Result<> Store::delete_pod(const std::string& uid) {
  return database_->run("DELETE FROM pods WHERE uid = ?1", {uid});
}

Result<PodRecord> Store::pod(const std::string& uid) {
  std::optional<PodRecord> found;
  const auto work = [&]() -> Result<> {
    const auto keep = [&found](const Row& row) -> Result<> {
      PSYS_TRY_ASSIGN(found, read_pod(row));
      return {};
    };
    PSYS_TRY(database_->each(kSelectPod, {uid}, keep));
    return found ? read_parts(*database_, *found) : Result<>();
  };
  PSYS_TRY(in_snapshot(*database_, work));
  if (!found) {
    return no_such_pod(uid);
  }
  return *std::move(found);
}

Result<std::vector<PodRecord>> Store::pods() {
  std::vector<PodRecord> records;
  const auto work = [&]() -> Result<> {
    std::vector<std::string> uids;
    PSYS_TRY(
        database_->each("SELECT uid FROM pods ORDER BY created, uid", {}, [&uids](const Row& row) {
          uids.push_back(row.text(0));
          return Result<>();
        }));
    for (const std::string& uid : uids) {
      PSYS_TRY_ASSIGN(PodRecord record, pod(uid));
      records.push_back(std::move(record));
    }
    return {};
  };
  PSYS_TRY(in_snapshot(*database_, work));
  return records;
}

}  // namespace podsysctl::store
