// SPDX-License-Identifier: Apache-2.0
#include "client/joined_targets.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace podsysctl::client {
namespace {

using live::Refusal;
using Reports = std::vector<api::DriftReport>;

void add_unknown(Reports& reports, Reports more) {
  std::erase_if(more, [&reports](const api::DriftReport& other) {
    return std::ranges::any_of(reports, [&other](const api::DriftReport& report) {
      return report.drift.pod_uid == other.drift.pod_uid;
    });
  });
  std::ranges::move(more, std::back_inserter(reports));
}

}  // namespace

// What no place knows is the first one's to refuse.
api::Targets& JoinedTargets::place_of(const std::string& target) {
  if (places_.size() > 1) {
    for (const Place& place : places_) {
      const auto found = place.records.pod(target);
      if (found || found.error().code != Code::not_found) {
        return place.targets;
      }
    }
  }
  return places_.front().targets;
}

Result<api::Values> JoinedTargets::values(const std::string& target, const api::ValuesWish& wish) {
  return place_of(target).values(target, wish);
}

Result<api::History> JoinedTargets::history(const std::string& target,
                                            const std::vector<sysctl::SysctlKey>& keys) {
  return place_of(target).history(target, keys);
}

std::expected<api::Planned, Refusal> JoinedTargets::plan_set(const std::string& target,
                                                             const api::SetWish& wish) {
  return place_of(target).plan_set(target, wish);
}

std::expected<api::Changed, Refusal> JoinedTargets::set(const std::string& target,
                                                        const api::SetWish& wish) {
  return place_of(target).set(target, wish);
}

Result<api::Planned> JoinedTargets::plan_undo(const std::string& target,
                                              const live::UndoRequest& wish) {
  return place_of(target).plan_undo(target, wish);
}

Result<api::Changed> JoinedTargets::undo(const std::string& target, const live::UndoRequest& wish) {
  return place_of(target).undo(target, wish);
}

Result<Reports> JoinedTargets::drift(const std::string& target) {
  if (!target.empty()) {
    return place_of(target).drift(target);
  }
  Reports reports;
  for (const Place& place : places_) {
    PSYS_TRY_ASSIGN(Reports more, place.targets.drift(target));
    add_unknown(reports, std::move(more));
  }
  return reports;
}

Result<Reports> JoinedTargets::repair(const std::string& target, const std::string& reason) {
  if (!target.empty()) {
    return place_of(target).repair(target, reason);
  }
  Reports reports;
  for (const Place& place : places_) {
    PSYS_TRY_ASSIGN(Reports more, place.targets.repair(target, reason));
    add_unknown(reports, std::move(more));
  }
  return reports;
}

}  // namespace podsysctl::client
