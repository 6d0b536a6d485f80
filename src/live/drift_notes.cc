// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <utility>

#include "base/strings.h"
#include "live/drift.h"
#include "live/managed.h"
#include "live/put.h"

namespace podsysctl::live {
namespace {

using store::SettingRecord;

// What was found, as the settings remember it; a key that cannot be read is empty.
std::string told(const DriftedSetting& drift) { return drift.found.value_or(""); }

std::string text_of(const DriftedSetting& drift) {
  const SettingRecord& setting = drift.setting;
  return drift.found ? fmt::format("{} is {}, not {} ({})", setting.name, in_quotes(*drift.found),
                                   in_quotes(setting.requested), setting.origin)
                     : fmt::format("{}, asked for as {} ({}), cannot be read: {}", setting.name,
                                   in_quotes(setting.requested), setting.origin, drift.why);
}

Result<> add(const TargetDrift& target, store::EventType type, std::string_view reason,
             std::string message, const Surroundings& surroundings) {
  const Timestamp now = surroundings.clock.now();
  PSYS_TRY(surroundings.store->add_event({.type = type,
                                          .reason = std::string(reason),
                                          .component = surroundings.component,
                                          .host = surroundings.host,
                                          .object = target.pod,
                                          .message = std::move(message),
                                          .first_seen = now,
                                          .last_seen = now}));
  return {};
}

Result<std::size_t> note_one(const TargetDrift& target, const Surroundings& surroundings) {
  store::Store& store = *surroundings.store;
  std::size_t notes = 0;
  for (const DriftedSetting& drift : target.drifted) {
    if (drift.setting.drifted == told(drift)) {
      continue;
    }
    PSYS_TRY(store.set_drifted(target.pod_uid, drift.setting.name, told(drift)));
    PSYS_TRY(add(target, store::EventType::warning, kSysctlDrift, text_of(drift), surroundings));
    ++notes;
  }
  for (const SettingRecord& setting : target.recovered) {
    PSYS_TRY(store.set_drifted(target.pod_uid, setting.name, std::nullopt));
    PSYS_TRY(add(target, store::EventType::normal, kSysctlDriftEnded,
                 fmt::format("{} is {} again", setting.name, in_quotes(setting.requested)),
                 surroundings));
    ++notes;
  }
  return notes;
}

// Asked for as before, now that nobody else can change the target.
bool is_as_before(const SettingRecord& setting, const std::vector<SettingRecord>& now) {
  return std::ranges::any_of(now, [&setting](const SettingRecord& each) {
    return each.name == setting.name && each.requested == setting.requested;
  });
}

Result<std::vector<sysctl::Setting>> still_to_repair(const FoundTarget& target,
                                                     const TargetDrift& drift,
                                                     const Surroundings& surroundings) {
  PSYS_TRY_ASSIGN(const auto now, managed_settings(target, surroundings));
  std::vector<sysctl::Setting> settings;
  for (const DriftedSetting& drifted : drift.drifted) {
    // An interface that is gone takes its keys along.
    if (!drifted.found || !is_as_before(drifted.setting, now)) {
      continue;
    }
    PSYS_TRY_ASSIGN(sysctl::SysctlKey key, sysctl::SysctlKey::parse(drifted.setting.name));
    settings.push_back({std::move(key),
                        drifted.setting.requested,
                        {.kind = sysctl::Origin::Kind::live, .source = drifted.setting.origin},
                        ""});
  }
  return settings;
}

}  // namespace

Result<std::size_t> note_drift(std::span<const TargetDrift> targets,
                               const Surroundings& surroundings) {
  std::size_t notes = 0;
  for (const TargetDrift& target : targets) {
    if (target.pod_uid.empty() || (target.drifted.empty() && target.recovered.empty())) {
      continue;
    }
    // What is remembered and what is told become true together.
    PSYS_TRY_ASSIGN(store::Transaction transaction, surroundings.store->begin());
    PSYS_TRY_ASSIGN(const std::size_t more, note_one(target, surroundings));
    PSYS_TRY(transaction.commit());
    notes += more;
  }
  return notes;
}

Result<Change> repair(const FoundTarget& target, const TargetDrift& drift, const Author& author,
                      const std::string& reason, const Surroundings& surroundings) {
  if (drift.drifted.empty()) {
    return Change{};
  }
  PSYS_TRY(lock(target));
  PSYS_TRY_ASSIGN(const std::vector<sysctl::Setting> settings,
                  still_to_repair(target, drift, surroundings));
  if (settings.empty()) {
    return Change{};
  }
  const Purpose purpose{.action = store::AuditAction::repair,
                        .reason = reason,
                        .event = kSysctlsRepaired,
                        .author = author};
  PSYS_TRY_ASSIGN(Put done, put(target, settings, purpose, &merge_applied, surroundings));
  return Change{.application = std::move(done.application), .sockets = {}};
}

}  // namespace podsysctl::live
