// SPDX-License-Identifier: Apache-2.0
// The state database <root>/state.db (SQLite, write-ahead log). Every call is atomic; a process
// killed amid one loses that call only. Several processes may use one root at once: a writer waits
// for another up to kBusyLimit.
// Errors: conflict (name taken, ambiguous reference), not_found, timeout (locked for too long),
// permission, unsupported (written by a newer version), internal (damaged file; the path is named).
// Thread-safety: one Store per thread; not to be used in a child after fork.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "store/audit_records.h"
#include "store/managed.h"
#include "store/records.h"

namespace podsysctl::store {

class Database;

inline constexpr std::chrono::milliseconds kBusyLimit{10'000};

// Events beyond either limit go, the oldest first, when others are added.
struct EventLimits {
  std::size_t count = 10'000;
  std::chrono::hours age{24 * 30};
};

struct EventFilter {
  std::int64_t after_id = 0;             // only those with a higher id
  std::optional<ObjectReference> about;  // namespace and name, and uid where it is not ""
};

inline constexpr std::int64_t kAuditLimit = 100'000;

// What a person's reference led to.
struct FoundPod {
  PodRecord pod;
  std::string container_id;  // set where the reference was (the start of) a container's id
};

// Rolls back unless committed.
class [[nodiscard]] Transaction {
 public:
  explicit Transaction(Database& database) : database_(&database) {}
  Transaction(Transaction&& other) noexcept : database_(std::exchange(other.database_, nullptr)) {}
  Transaction& operator=(Transaction&&) = delete;
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;
  ~Transaction();

  [[nodiscard]] Result<> commit();

 private:
  Database* database_;
};

class Store {
 public:
  // Makes <root> (mode 0711) and the database (mode 0600) where they are missing.
  [[nodiscard]] static Result<Store> open(const std::string& root, EventLimits limits = {});
  // For commands that only look: an absent database is no error, and none is made.
  [[nodiscard]] static Result<std::optional<Store>> open_if_present(const std::string& root);

  Store(Store&&) noexcept;
  Store& operator=(Store&&) noexcept;
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;
  ~Store();

  // Makes several calls one: all or none. Other writers wait until it is committed or dropped, so
  // keep it short. Not nested.
  [[nodiscard]] Result<Transaction> begin();

  // Pods. Names are unique per namespace among recorded pods; conflict names the way out.
  [[nodiscard]] Result<> insert_pod(const PodRecord& pod);
  // The whole record but host ports and namespaces. Where another process may change the pod
  // meanwhile, use modify_pod.
  [[nodiscard]] Result<> update_pod(const PodRecord& pod);
  // Reads, changes and writes under one lock; an error of `change` leaves the record as it was.
  using PodChange = std::function<Result<>(PodRecord&)>;
  [[nodiscard]] Result<PodRecord> modify_pod(const std::string& uid, const PodChange& change);
  [[nodiscard]] Result<> set_stage(const std::string& uid, Stage stage);
  [[nodiscard]] Result<> put_namespaces(const std::string& uid,
                                        std::span<const NamespaceRecord> namespaces);
  // With its containers, settings and namespaces; its events stay. Absent is success.
  [[nodiscard]] Result<> delete_pod(const std::string& uid);
  [[nodiscard]] Result<PodRecord> pod(const std::string& uid);
  // Oldest first.
  [[nodiscard]] Result<std::vector<PodRecord>> pods();
  // What a person typed: a uid, NAME (namespace "default" first, else the only one of that name),
  // NAMESPACE/NAME, or the start of a uid, sandbox id or container id. conflict lists candidates.
  [[nodiscard]] Result<FoundPod> find_pod(std::string_view reference);

  // Containers, in the order inserted (init containers first, as the pod starts them).
  [[nodiscard]] Result<> insert_container(const ContainerRecord& container);
  [[nodiscard]] Result<> update_container(const ContainerRecord& container);
  using ContainerChange = std::function<Result<>(ContainerRecord&)>;
  [[nodiscard]] Result<ContainerRecord> modify_container(const std::string& id,
                                                         const ContainerChange& change);
  [[nodiscard]] Result<ContainerRecord> container(const std::string& id);
  [[nodiscard]] Result<std::vector<ContainerRecord>> containers(const std::string& pod_uid);

  // Settings of a pod's sandbox, in the order given; put replaces them all.
  [[nodiscard]] Result<> put_settings(const std::string& pod_uid,
                                      std::span<const SettingRecord> settings);
  [[nodiscard]] Result<std::vector<SettingRecord>> settings(const std::string& pod_uid);
  // Of every pod whose containers were started and that has settings, in one go.
  [[nodiscard]] Result<std::vector<ManagedPod>> managed_pods();
  [[nodiscard]] Result<> set_drifted(const std::string& pod_uid, const std::string& name,
                                     const std::optional<std::string>& found);
  // Of all pods, for a kind of namespace.
  [[nodiscard]] Result<std::vector<Pin>> pins(std::string_view kind);

  // The audit trail. begin_audit() keeps what is about to be done and gives it a batch;
  // finish_audit() puts the outcome in its place. Beyond kAuditLimit the oldest go.
  [[nodiscard]] Result<std::int64_t> begin_audit(std::span<const AuditRecord> records);
  [[nodiscard]] Result<> finish_audit(std::int64_t batch, std::span<const AuditRecord> records);
  // The last set of a target that nothing has taken back; empty: none.
  [[nodiscard]] Result<std::vector<AuditRecord>> last_set(const std::string& target_id);
  [[nodiscard]] Result<> mark_undone(std::int64_t batch, std::int64_t by);
  // By id, the oldest first.
  [[nodiscard]] Result<std::vector<AuditRecord>> audit(const std::string& target_id);

  // Adds an event seen at `event.last_seen`, or counts it onto the recorded one with the same
  // object, type, reason and message. Returns it as recorded.
  [[nodiscard]] Result<EventRecord> add_event(const EventRecord& event);
  // By id, which is the order of last_seen.
  [[nodiscard]] Result<std::vector<EventRecord>> events(const EventFilter& filter = {});
  // A number that changes whenever another process has committed something.
  [[nodiscard]] Result<std::int64_t> change_counter();
  // Whether it was opened where nothing could be written; it stays so until it is opened anew.
  [[nodiscard]] bool is_read_only() const;

 private:
  Store(std::unique_ptr<Database> database, EventLimits limits);

  std::unique_ptr<Database> database_;
  EventLimits limits_;
};

}  // namespace podsysctl::store
