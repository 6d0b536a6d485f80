// SPDX-License-Identifier: Apache-2.0
#include "live/managed.h"

#include <algorithm>
#include <utility>

namespace podsysctl::live {
namespace {

using store::AuditRecord;
using store::SettingRecord;
using store::SettingState;
using sysctl::ApplyState;

SettingState state_of(ApplyState state) {
  switch (state) {
    case ApplyState::applied:
      return SettingState::applied;
    case ApplyState::unchanged:
      return SettingState::unchanged;
    case ApplyState::rolled_back:
      return SettingState::rolled_back;
    case ApplyState::refused:
      break;
  }
  return SettingState::refused;
}

bool counts(const AuditRecord& record) {
  return record.action == store::AuditAction::set && record.undone_by == 0 &&
         (record.outcome == store::AuditOutcome::applied ||
          record.outcome == store::AuditOutcome::unchanged);
}

// The last of each key.
std::vector<SettingRecord> settings_of(const std::vector<AuditRecord>& trail) {
  std::map<std::string, SettingRecord> by_key;
  for (const AuditRecord& record : trail) {
    if (counts(record)) {
      by_key[record.name] = {.name = record.name,
                             .requested = record.new_value,
                             .previous = record.old_value,
                             .effective = record.new_value,
                             .origin = std::string(kSetOrigin),
                             .state = SettingState::applied};
    }
  }
  std::vector<SettingRecord> settings;
  settings.reserve(by_key.size());
  for (auto& [key, setting] : by_key) {
    settings.push_back(std::move(setting));
  }
  return settings;
}

}  // namespace

bool is_in_force(const SettingRecord& setting) noexcept {
  return setting.state == SettingState::applied || setting.state == SettingState::unchanged;
}

Result<std::vector<SettingRecord>> managed_settings(const FoundTarget& target,
                                                    const Surroundings& surroundings) {
  if (surroundings.store == nullptr) {
    return std::vector<SettingRecord>();
  }
  if (target.pod_uid.empty()) {
    PSYS_TRY_ASSIGN(const std::string id, audit_id(target));
    PSYS_TRY_ASSIGN(const auto trail, surroundings.store->audit(id));
    return settings_of(trail);
  }
  PSYS_TRY_ASSIGN(std::vector<SettingRecord> settings,
                  surroundings.store->settings(target.pod_uid));
  std::erase_if(settings, [](const SettingRecord& setting) { return !is_in_force(setting); });
  return settings;
}

Result<std::map<std::string, std::string>> origins_of(const FoundTarget& target,
                                                      const Surroundings& surroundings) {
  PSYS_TRY_ASSIGN(const auto settings, managed_settings(target, surroundings));
  std::map<std::string, std::string> origins;
  for (const SettingRecord& setting : settings) {
    origins[setting.name] = setting.origin;
  }
  return origins;
}

SettingRecord record_of(const sysctl::AppliedSetting& applied) {
  SettingRecord record{.name = applied.setting.key.name(),
                       .requested = applied.setting.value,
                       .origin = describe(applied.setting.origin),
                       .state = state_of(applied.state)};
  if (!applied.previous.empty()) {
    record.previous = applied.previous;
  }
  if (!applied.effective.empty()) {
    record.effective = applied.effective;
  }
  return record;
}

}  // namespace podsysctl::live
