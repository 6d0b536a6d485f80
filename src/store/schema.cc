// SPDX-License-Identifier: Apache-2.0
#include "store/schema.h"

#include <fcntl.h>

#include <array>
#include <cerrno>

#include "linux/file.h"
#include "linux/file_lock.h"
#include "store/writable.h"

namespace podsysctl::store {
namespace {

// Entry n leads from version n to n + 1. Entries are never changed, only added. Times are
// microseconds since 1970; processes are pid and start time; states are the texts of records.h.
constexpr std::array kMigrations{
    R"(
CREATE TABLE pods (
  uid TEXT PRIMARY KEY, name TEXT NOT NULL, namespace TEXT NOT NULL, phase TEXT NOT NULL,
  reason TEXT NOT NULL, message TEXT NOT NULL, stage TEXT NOT NULL, engine TEXT NOT NULL,
  runtime TEXT NOT NULL, sandbox_id TEXT NOT NULL, sandbox_pid INTEGER NOT NULL,
  sandbox_start INTEGER NOT NULL, owner_pid INTEGER NOT NULL, owner_start INTEGER NOT NULL,
  attachment TEXT NOT NULL, after_exit TEXT NOT NULL, network_state TEXT NOT NULL,
  spec TEXT NOT NULL, created INTEGER NOT NULL, started INTEGER, finished INTEGER,
  UNIQUE (namespace, name));
CREATE INDEX pods_by_sandbox ON pods (sandbox_id);
CREATE TABLE host_ports (
  pod_uid TEXT NOT NULL REFERENCES pods ON DELETE CASCADE, position INTEGER NOT NULL,
  protocol TEXT NOT NULL, host_ip TEXT NOT NULL, host_port INTEGER NOT NULL,
  container_port INTEGER NOT NULL, PRIMARY KEY (pod_uid, position)) WITHOUT ROWID;
CREATE TABLE namespaces (
  pod_uid TEXT NOT NULL REFERENCES pods ON DELETE CASCADE, position INTEGER NOT NULL,
  kind TEXT NOT NULL, path TEXT NOT NULL, PRIMARY KEY (pod_uid, position)) WITHOUT ROWID;
CREATE TABLE containers (
  position INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE,
  pod_uid TEXT NOT NULL REFERENCES pods ON DELETE CASCADE, name TEXT NOT NULL, kind TEXT NOT NULL,
  image TEXT NOT NULL, pid INTEGER NOT NULL, pid_start INTEGER NOT NULL,
  monitor_pid INTEGER NOT NULL, monitor_start INTEGER NOT NULL, state TEXT NOT NULL,
  exit_code INTEGER, reason TEXT NOT NULL, message TEXT NOT NULL, log_path TEXT NOT NULL,
  started INTEGER, finished INTEGER, restart_count INTEGER NOT NULL, UNIQUE (pod_uid, name));
CREATE TABLE settings (
  pod_uid TEXT NOT NULL REFERENCES pods ON DELETE CASCADE, position INTEGER NOT NULL,
  name TEXT NOT NULL, requested TEXT NOT NULL, previous TEXT, effective TEXT, origin TEXT NOT NULL,
  state TEXT NOT NULL, PRIMARY KEY (pod_uid, position)) WITHOUT ROWID;
CREATE TABLE events (
  id INTEGER PRIMARY KEY AUTOINCREMENT, type TEXT NOT NULL, reason TEXT NOT NULL,
  component TEXT NOT NULL, host TEXT NOT NULL, kind TEXT NOT NULL, namespace TEXT NOT NULL,
  name TEXT NOT NULL, uid TEXT NOT NULL, message TEXT NOT NULL, count INTEGER NOT NULL,
  first_seen INTEGER NOT NULL, last_seen INTEGER NOT NULL);
CREATE INDEX events_by_object ON events (namespace, name);
)",
    R"(
ALTER TABLE pods ADD COLUMN grace_seconds INTEGER NOT NULL DEFAULT 30;
ALTER TABLE containers ADD COLUMN stop_signal INTEGER NOT NULL DEFAULT 15;
)",
    R"(
ALTER TABLE pods ADD COLUMN runtime_id TEXT NOT NULL DEFAULT '';
ALTER TABLE pods ADD COLUMN source TEXT NOT NULL DEFAULT '';
ALTER TABLE pods ADD COLUMN source_hash TEXT NOT NULL DEFAULT '';
ALTER TABLE containers ADD COLUMN runtime_id TEXT NOT NULL DEFAULT '';
CREATE INDEX pods_by_runtime_id ON pods (runtime_id);
CREATE INDEX containers_by_runtime_id ON containers (runtime_id);
)",
    R"(
ALTER TABLE settings ADD COLUMN drifted TEXT;
CREATE TABLE audit (
  id INTEGER PRIMARY KEY AUTOINCREMENT, batch INTEGER NOT NULL, time INTEGER NOT NULL,
  pid INTEGER NOT NULL, uid INTEGER NOT NULL, login_uid INTEGER, target TEXT NOT NULL,
  target_id TEXT NOT NULL, namespace_inode INTEGER NOT NULL, name TEXT NOT NULL, old_value TEXT,
  new_value TEXT NOT NULL, action TEXT NOT NULL, outcome TEXT NOT NULL, reason TEXT NOT NULL,
  detail TEXT NOT NULL, was_requested TEXT, was_origin TEXT, undone_by INTEGER NOT NULL);
CREATE INDEX audit_by_target ON audit (target_id, batch);
CREATE INDEX audit_by_batch ON audit (batch);
)",
};
constexpr auto kNewest = static_cast<std::int64_t>(kMigrations.size());

Result<std::int64_t> version_of(Database& database) {
  PSYS_TRY_ASSIGN(const auto version, database.number("PRAGMA user_version"));
  return version.value_or(0);
}

Result<> migrate(Database& database) {
  PSYS_TRY_ASSIGN(const std::int64_t version, version_of(database));
  for (auto next = version; next < kNewest; ++next) {
    PSYS_TRY(database.execute(kMigrations.at(static_cast<std::size_t>(next))));
  }
  return database.execute(fmt::format("PRAGMA user_version = {}", kNewest));
}

// Only for its owner: specs hold secrets. SQLite gives its other files the same mode. O_EXCL,
// because closing a second descriptor of the file would drop the locks that SQLite holds on it.
Result<> make_file(const std::string& path) {
  const Result<linux::Fd> file = linux::open_file(path, O_RDWR | O_CREAT | O_EXCL, 0600);
  if (!file && file.error().sys_errno != EEXIST) {
    return std::unexpected(file.error());
  }
  return {};
}

// Small pages, because every command reads the log over again when no other one is running: rows
// are small, and a change logs whole pages.
Result<> make_current(const std::string& root) {
  PSYS_TRY(with_way_out(linux::make_directories(root, 0711)));
  // Switching a new file to the write-ahead log is the one step for which SQLite does not wait for
  // others, so it happens under a lock of ours.
  PSYS_TRY_ASSIGN(const linux::Fd lock, with_way_out(linux::lock_file(root + "/state.lock")));
  PSYS_TRY(with_way_out(make_file(database_path(root))));
  PSYS_TRY_ASSIGN(Database database, Database::open(database_path(root), Database::Access::create));
  PSYS_TRY(database.execute("PRAGMA page_size = 1024; PRAGMA journal_mode = WAL"));
  return atomically(database, [&database] { return migrate(database); });
}

Result<std::optional<Database>> open_existing(const std::string& path) {
  Result<Database> opened = Database::open(path, Database::Access::existing);
  if (!opened && opened.error().code == Code::not_found) {
    return std::nullopt;
  }
  PSYS_TRY_ASSIGN(Database database, std::move(opened));
  return std::optional<Database>(std::move(database));
}

// Nullopt where it needs to be made or migrated.
Result<std::optional<Database>> open_current(const std::string& path) {
  PSYS_TRY_ASSIGN(std::optional<Database> existing, open_existing(path));
  if (!existing) {
    return std::nullopt;
  }
  Database& database = *existing;
  PSYS_TRY_ASSIGN(const std::int64_t version, version_of(database));
  if (version > kNewest) {
    return Error::of(Code::unsupported,
                     "state database {} has version {}, written by a newer podsysctl; this one "
                     "knows {}: update podsysctl or choose another folder with --root",
                     path, version, kNewest);
  }
  if (version < kNewest) {
    return std::nullopt;
  }
  // Written back at 500 pages: reading the log then costs 0.2 ms on average, and one in about 15
  // commands flushes the disk. A service has several connections, each with a cache of its own in
  // front of the kernel's: 512 KiB, not 2 MiB.
  PSYS_TRY(
      database.execute("PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = ON;"
                       "PRAGMA wal_autocheckpoint = 500; PRAGMA cache_size = -512"));
  return existing;
}

}  // namespace

std::string database_path(const std::string& root) { return root + "/state.db"; }

std::string copy_path(const std::string& root) { return root + "/state.db.copy"; }

Result<Database> open_database(const std::string& root) {
  const std::string path = database_path(root);
  PSYS_TRY_ASSIGN(std::optional<Database> current, open_current(path));
  if (current) {
    return *std::move(current);
  }
  PSYS_TRY(make_current(root));
  PSYS_TRY_ASSIGN(std::optional<Database> made, open_current(path));
  if (!made) {
    return Error::of(Code::internal, "state database {} is not current after it was made", path);
  }
  return *std::move(made);
}

Result<std::optional<Database>> open_database_if_present(const std::string& root) {
  PSYS_TRY_ASSIGN(const std::optional<Database> existing, open_existing(database_path(root)));
  if (!existing) {
    return std::nullopt;
  }
  PSYS_TRY_ASSIGN(Database database, open_database(root));
  return std::optional<Database>(std::move(database));
}

}  // namespace podsysctl::store
