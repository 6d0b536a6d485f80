// SPDX-License-Identifier: Apache-2.0
#include "live/drift_watch.h"

#include <utility>

#include "base/strings.h"

namespace podsysctl::live {
namespace {

bool is_news(const DriftedSetting& drift) {
  return drift.setting.drifted != drift.found.value_or("");
}

void count(const TargetDrift& target, DriftRound& round) {
  ++round.pods;
  round.checked += target.checked;
  for (const DriftedSetting& drift : target.drifted) {
    if (is_news(drift)) {
      round.drifted.push_back(drift.setting.name);
    }
  }
}

// A pod that ends meanwhile is no news.
void note_fault(const TargetDrift& target, const Error& error, DriftRound& round) {
  if (error.code != Code::not_found) {
    round.faults.push_back(fmt::format("{}: {}", target.name, error.message));
  }
}

// The same words each time, so that one event counts them.
Result<> tell_contested(const TargetDrift& target, const std::string& key,
                        const Surroundings& surroundings) {
  const Timestamp now = surroundings.clock.now();
  PSYS_TRY(surroundings.store->add_event(
      {.type = store::EventType::warning,
       .reason = std::string(kSysctlContested),
       .component = surroundings.component,
       .host = surroundings.host,
       .object = target.pod,
       .message = fmt::format("{} is changed again after each repair: another writer is at work in "
                              "the pod, so it is repaired after longer and longer pauses",
                              key),
       .first_seen = now,
       .last_seen = now}));
  return {};
}

}  // namespace

Result<DriftWatch> DriftWatch::open() {
  PSYS_TRY_ASSIGN(DriftChecker checker, DriftChecker::open());
  return DriftWatch(std::move(checker));
}

Result<DriftRound> DriftWatch::look(const Surroundings& surroundings, const DriftOrders& orders,
                                    Pacing::Time now) {
  DriftRound round;
  PSYS_TRY_ASSIGN(std::vector<TargetDrift> targets, checker_.check_all(*surroundings.store));
  for (const TargetDrift& target : targets) {
    count(target, round);
    if (target.failure) {
      note_fault(target, *target.failure, round);
    }
  }
  PSYS_TRY(note_drift(targets, surroundings));
  pacing_.forget_calm(now);
  for (const TargetDrift& target : targets) {
    if (const Result<> repaired = repair_due(target, surroundings, orders, now, round); !repaired) {
      note_fault(target, repaired.error(), round);
    }
  }
  return round;
}

Result<> DriftWatch::repair_due(TargetDrift target, const Surroundings& surroundings,
                                const DriftOrders& orders, Pacing::Time now, DriftRound& round) {
  std::erase_if(target.drifted, [&](const DriftedSetting& drift) {
    const std::string& key = drift.setting.name;
    return !drift.found || orders.what_to_do(target.pod_uid, key) == OnDrift::report ||
           !pacing_.is_due(target.pod_uid, key, now);
  });
  if (target.drifted.empty()) {
    return {};
  }
  PSYS_TRY_ASSIGN(const FoundTarget found, find_target(target.name, surroundings));
  PSYS_TRY_ASSIGN(const Change change,
                  repair(found, target, Author::of_this_process(), orders.reason, surroundings));
  for (const sysctl::AppliedSetting& done : change.application.settings) {
    const std::string& key = done.setting.key.name();
    // Also one that failed: what cannot be repaired is not tried every minute.
    const std::size_t in_a_row = pacing_.note_repair(target.pod_uid, key, now, orders.first_pause);
    if (change.application.failure) {
      continue;
    }
    round.repaired.push_back(key);
    if (in_a_row > 1) {
      round.contested.push_back(key);
      PSYS_TRY(tell_contested(target, key, surroundings));
    }
  }
  return change.application.failure ? std::unexpected(*change.application.failure) : Result<>();
}

}  // namespace podsysctl::live
