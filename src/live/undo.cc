// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <map>
#include <utility>

#include "base/strings.h"
#include "live/change.h"
#include "live/managed.h"
#include "live/put.h"
#include "sysctl/value.h"

namespace podsysctl::live {
namespace {

using store::AuditRecord;
using sysctl::Setting;
using sysctl::SysctlKey;

struct UndoPlan {
  std::int64_t batch = 0;  // what is undone
  std::vector<AuditRecord> records;
  std::vector<Setting> settings;  // what has to be written for it
};

// What one record wants: nothing, a value to write back, or why it cannot be.
struct Step {
  std::optional<std::string> write;
  std::string obstacle;
};

Step step_of(const AuditRecord& record, const SysctlKey& key, sysctl::SysctlTree& tree,
             Force force) {
  const Result<std::string> now = tree.read(key);
  if (!now) {
    return {{}, fmt::format("{} cannot be read any more: {}", key.name(), now.error().message)};
  }
  if (!record.old_value) {
    return {{},
            fmt::format("{} had no value before, and the kernel cannot take one away", key.name())};
  }
  if (sysctl::same_value(key, *record.old_value, *now)) {
    return {};
  }
  if (force == Force::yes || sysctl::same_value(key, record.new_value, *now)) {
    return {record.old_value, ""};
  }
  return {{},
          fmt::format("{} is {} now, not the {} that was set", key.name(),
                      in_quotes(sysctl::normalise(*now)), in_quotes(record.new_value))};
}

bool was_written(const AuditRecord& record) {
  return record.outcome == store::AuditOutcome::applied ||
         record.outcome == store::AuditOutcome::begun;
}

Result<UndoPlan> plan_undo(const FoundTarget& target, const UndoRequest& request,
                           const Surroundings& surroundings) {
  PSYS_TRY_ASSIGN(const std::string id, audit_id(target));
  UndoPlan plan;
  PSYS_TRY_ASSIGN(plan.records, surroundings.store->last_set(id));
  if (plan.records.empty()) {
    return Error::of(Code::not_found,
                     "there is no set of {} to undo: podsysctl get {} --history shows what was",
                     target.description, target.name);
  }
  plan.batch = plan.records.front().batch;
  std::vector<std::string> obstacles;
  PSYS_TRY_ASSIGN(sysctl::SysctlWriter writer, sysctl::SysctlWriter::open());
  PSYS_TRY(writer.visit(target.namespaces, [&](sysctl::SysctlTree& tree) {
    for (const AuditRecord& record : plan.records) {
      const Result<SysctlKey> key = SysctlKey::parse(record.name);
      if (!key || !was_written(record)) {
        continue;
      }
      Step step = step_of(record, *key, tree, request.force);
      if (!step.obstacle.empty()) {
        obstacles.push_back(std::move(step.obstacle));
      } else if (step.write) {
        plan.settings.push_back(
            {*key,
             *std::move(step.write),
             {.kind = sysctl::Origin::Kind::live, .source = "podsysctl set --undo"},
             ""});
      }
    }
  }));
  if (!obstacles.empty() && request.force == Force::no) {
    return Error::of(Code::conflict,
                     "{}: {}: something else has changed it since; nothing is taken back "
                     "(--force takes back what can be)",
                     target.description, join(obstacles, "; "));
  }
  return plan;
}

// The settings on record as they were before the set that is undone.
void restore_records(SettingRecords& settings, const std::vector<AuditRecord>& undone,
                     const sysctl::Application& application) {
  merge_applied(settings, application);
  for (const AuditRecord& record : undone) {
    const auto at = std::ranges::find(settings, record.name, &store::SettingRecord::name);
    if (at == settings.end()) {
      continue;
    }
    if (!record.was_requested) {
      settings.erase(at);
      continue;
    }
    at->requested = *record.was_requested;
    at->origin = record.was_origin.value_or("");
    at->state = store::SettingState::applied;
  }
}

}  // namespace

Result<std::vector<Setting>> what_undo_writes(const FoundTarget& target, const UndoRequest& request,
                                              const Surroundings& surroundings) {
  PSYS_TRY_ASSIGN(UndoPlan plan, plan_undo(target, request, surroundings));
  return std::move(plan.settings);
}

Result<Change> undo(const FoundTarget& target, const UndoRequest& request, const Author& author,
                    const Surroundings& surroundings) {
  PSYS_TRY(lock(target));
  PSYS_TRY_ASSIGN(const UndoPlan plan, plan_undo(target, request, surroundings));
  const Purpose purpose{.action = store::AuditAction::undo,
                        .reason = request.reason,
                        .event = "SysctlsChanged",
                        .author = author};
  const Merge merge = [&plan](SettingRecords& settings, const sysctl::Application& application) {
    restore_records(settings, plan.records, application);
  };
  PSYS_TRY_ASSIGN(Put done, put(target, plan.settings, purpose, merge, surroundings));
  Change change{.application = std::move(done.application), .sockets = {}};
  if (change.application.failure) {
    return change;
  }
  PSYS_TRY(surroundings.store->mark_undone(plan.batch, done.batch));
  if (request.sockets == ExistingSockets::refresh) {
    PSYS_TRY_ASSIGN(change.sockets,
                    put_on_sockets(target, change.application, purpose, surroundings));
  }
  return change;
}

}  // namespace podsysctl::live
