// SPDX-License-Identifier: Apache-2.0
#include "live/put.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "base/fault_point.h"
#include "base/strings.h"
#include "enforce/enforce.h"
#include "live/managed.h"
#include "live/summary.h"

namespace podsysctl::live {
namespace {

using store::AuditOutcome;
using store::AuditRecord;
using sysctl::Application;
using sysctl::AppliedSetting;
using sysctl::ApplyState;

constexpr std::chrono::milliseconds kLockLimit{10'000};

AuditOutcome outcome_of(ApplyState state) {
  switch (state) {
    case ApplyState::applied:
      return AuditOutcome::applied;
    case ApplyState::unchanged:
      return AuditOutcome::unchanged;
    case ApplyState::rolled_back:
      return AuditOutcome::rolled_back;
    case ApplyState::refused:
      break;
  }
  return AuditOutcome::refused;
}

AuditOutcome outcome_of(SocketOutcome outcome) {
  switch (outcome) {
    case SocketOutcome::changed:
      return AuditOutcome::applied;
    case SocketOutcome::kept:
      return AuditOutcome::unchanged;
    case SocketOutcome::refused:
      break;
  }
  return AuditOutcome::refused;
}

// The part that all records of one command have in common.
Result<AuditRecord> common_record(const FoundTarget& target, const Purpose& purpose,
                                  const Surroundings& surroundings) {
  PSYS_TRY_ASSIGN(std::string id, audit_id(target));
  return AuditRecord{.time = surroundings.clock.now(),
                     .pid = purpose.author.pid,
                     .uid = purpose.author.uid,
                     .login_uid = purpose.author.login_uid,
                     .target = target.name,
                     .target_id = std::move(id),
                     .action = purpose.action,
                     .reason = purpose.reason};
}

void describe_key(AuditRecord& record, const sysctl::SysctlKey& key, const FoundTarget& target) {
  record.name = key.name();
  record.namespace_inode = target.inode(scope_of(key));
}

std::vector<AuditRecord> records_of(const AuditRecord& common, const sysctl::Plan& plan,
                                    const FoundTarget& target, const SettingRecords& before) {
  std::vector<AuditRecord> records;
  for (const sysctl::Step& step : plan.steps) {
    AuditRecord record = common;
    describe_key(record, step.setting.key, target);
    record.new_value = step.setting.value;
    if (!step.unset) {
      record.old_value = step.previous;
    }
    const auto was = std::ranges::find(before, record.name, &store::SettingRecord::name);
    if (was != before.end()) {
      record.was_requested = was->requested;
      record.was_origin = was->origin;
    }
    records.push_back(std::move(record));
  }
  return records;
}

void take_outcomes(std::vector<AuditRecord>& records, const Application& application) {
  for (AuditRecord& record : records) {
    const auto applied = std::ranges::find_if(
        application.settings,
        [&record](const AppliedSetting& row) { return row.setting.key.name() == record.name; });
    if (applied != application.settings.end()) {
      record.outcome = outcome_of(applied->state);
    }
  }
}

// The one that is handed down, or one of our own.
Result<sysctl::SysctlWriter*> writer_of(const Surroundings& surroundings,
                                        std::optional<sysctl::SysctlWriter>& own) {
  if (surroundings.writer != nullptr) {
    return surroundings.writer;
  }
  PSYS_TRY_ASSIGN(sysctl::SysctlWriter opened, sysctl::SysctlWriter::open());
  return &own.emplace(std::move(opened));
}

Result<> add_event(const FoundTarget& target, const Application& application,
                   const Purpose& purpose, const Surroundings& surroundings) {
  const Timestamp now = surroundings.clock.now();
  std::string message = fmt::format("{}; by {}", summary_of(application), purpose.author.text());
  if (!purpose.reason.empty()) {
    message += ": " + purpose.reason;
  }
  PSYS_TRY(surroundings.store->add_event({.reason = std::string(purpose.event),
                                          .component = surroundings.component,
                                          .host = surroundings.host,
                                          .object = target.pod,
                                          .message = std::move(message),
                                          .first_seen = now,
                                          .last_seen = now}));
  return {};
}

Result<> keep(const FoundTarget& target, const Put& done, std::vector<AuditRecord>& records,
              const Purpose& purpose, const Merge& merge, const Surroundings& surroundings) {
  store::Store& store = *surroundings.store;
  PSYS_TRY_ASSIGN(store::Transaction transaction, store.begin());
  take_outcomes(records, done.application);
  PSYS_TRY(store.finish_audit(done.batch, records));
  if (!target.pod_uid.empty() && !done.application.failure) {
    PSYS_TRY_ASSIGN(SettingRecords settings, store.settings(target.pod_uid));
    merge(settings, done.application);
    PSYS_TRY(store.put_settings(target.pod_uid, settings));
    PSYS_TRY(add_event(target, done.application, purpose, surroundings));
  }
  return transaction.commit();
}

AuditRecord record_of(const SocketChange& change, const AuditRecord& common,
                      const FoundTarget& target) {
  AuditRecord record = common;
  describe_key(record, change.key, target);
  record.old_value = change.old_value;
  record.new_value = change.new_value;
  record.outcome = outcome_of(change.outcome);
  const std::string ends = change.remote.empty()
                               ? "listener " + change.local
                               : fmt::format("connection {} to {}", change.local, change.remote);
  record.detail = fmt::format("{}, inode {}, process {}", ends, change.inode, change.pid);
  if (!change.why.empty()) {
    record.detail += ": " + change.why;
  }
  return record;
}

}  // namespace

Result<> lock(const FoundTarget& target) {
  const sysctl::Target& own = target.namespaces;
  // Always in this order, so that two changes that share a namespace cannot wait for each other.
  for (const auto* ns : {&own.net, &own.ipc, &own.uts}) {
    if (*ns) {
      PSYS_TRY(with_context((*ns)->lock(kLockLimit), target.description));
    }
  }
  return {};
}

Result<Put> put(const FoundTarget& target, const std::vector<sysctl::Setting>& settings,
                const Purpose& purpose, const Merge& merge, const Surroundings& surroundings) {
  std::optional<sysctl::SysctlWriter> own;
  PSYS_TRY_ASSIGN(sysctl::SysctlWriter* const writer, writer_of(surroundings, own));
  store::Store& store = *surroundings.store;
  PSYS_TRY_ASSIGN(const sysctl::Plan plan, enforce::preview(settings, target.namespaces, *writer));
  PSYS_TRY_ASSIGN(const AuditRecord common, common_record(target, purpose, surroundings));
  SettingRecords before;
  if (!target.pod_uid.empty()) {
    PSYS_TRY_ASSIGN(before, store.settings(target.pod_uid));
  }
  std::vector<AuditRecord> records = records_of(common, plan, target, before);
  Put done;
  PSYS_TRY_ASSIGN(done.batch, store.begin_audit(records));
  fault_point("set-audited");
  done.application = enforce::enforce(settings, target.namespaces, *writer);
  fault_point("set-written");
  PSYS_TRY(with_context(keep(target, done, records, purpose, merge, surroundings),
                        "the values were written, but their outcome is not on record"));
  return done;
}

Result<std::vector<SocketChange>> put_on_sockets(const FoundTarget& target,
                                                 const Application& application,
                                                 const Purpose& purpose,
                                                 const Surroundings& surroundings) {
  std::vector<AppliedSetting> reaching;
  std::ranges::copy_if(application.settings, std::back_inserter(reaching),
                       [](const AppliedSetting& row) { return reaches_sockets(row.setting.key); });
  if (reaching.empty() || !target.namespaces.net) {
    return std::vector<SocketChange>();
  }
  PSYS_TRY_ASSIGN(AuditRecord common, common_record(target, purpose, surroundings));
  common.action = store::AuditAction::live_sockets;
  std::vector<AuditRecord> records;
  for (const AppliedSetting& row : reaching) {
    AuditRecord record = common;
    describe_key(record, row.setting.key, target);
    record.new_value = row.effective;
    records.push_back(std::move(record));
  }
  PSYS_TRY_ASSIGN(const std::int64_t batch, surroundings.store->begin_audit(records));
  PSYS_TRY_ASSIGN(std::vector<SocketChange> changes,
                  refresh_sockets(*target.namespaces.net, reaching));
  records.clear();
  for (const SocketChange& change : changes) {
    records.push_back(record_of(change, common, target));
  }
  PSYS_TRY(surroundings.store->finish_audit(batch, records));
  return changes;
}

void merge_applied(SettingRecords& records, const Application& application) {
  for (const AppliedSetting& applied : application.settings) {
    store::SettingRecord record = record_of(applied);
    const auto known = std::ranges::find(records, record.name, &store::SettingRecord::name);
    if (known == records.end()) {
      records.push_back(std::move(record));
    } else {
      *known = std::move(record);
    }
  }
}

}  // namespace podsysctl::live
