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
  return drift.found ? fmt::format("{} is {}, not {} ({})", setting.name, quoted(*drift.found),
                                   quoted(setting.requested), setting.origin)
                     : fmt::format("{}, asked for as {} ({}), cannot be read: {}", setting.name,
                                   quoted(setting.requested), setting.origin, drift.why);
}

Result<> add(const TargetDrift& target, store::EventType type, std::string_view reason,
             std::string message, const Surroundings& surroundings) {
  const Timestamp now = surroundings.clock.now();
  PSYS_TRY(surroundings.store->add_event({.type = type,
                                          .reason = std::string(reason),
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
                 fmt::format("{} is {} again", setting.name, quoted(setting.requested)),
                 surroundings));
    ++notes;
  }
  return notes;
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
  std::vector<sysctl::Setting> settings;
  for (const DriftedSetting& drifted : drift.drifted) {
    if (!drifted.found) {
      continue;  // an interface that is gone takes its keys along
    }
    PSYS_TRY_ASSIGN(sysctl::SysctlKey key, sysctl::SysctlKey::parse(drifted.setting.name));
    settings.push_back({std::move(key),
                        drifted.setting.requested,
                        {.kind = sysctl::Origin::Kind::live, .source = drifted.setting.origin},
                        ""});
  }
  if (settings.empty()) {
    return Change{};
  }
  PSYS_TRY(lock(target));
  const Purpose purpose{.action = store::AuditAction::repair,
                        .reason = reason,
                        .event = kSysctlsRepaired,
                        .author = author};
  PSYS_TRY_ASSIGN(Put done, put(target, settings, purpose, &merge_applied, surroundings));
  return Change{.application = std::move(done.application), .sockets = {}};
}

}  // namespace podsysctl::live
