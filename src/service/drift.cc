// SPDX-License-Identifier: Apache-2.0
#include "service/drift.h"

#include "live/drift.h"

namespace podsysctl::service {
namespace {

// Each other value counts once, as it is told once.
void count(const live::TargetDrift& target, Metrics& metrics) {
  for (const live::DriftedSetting& drift : target.drifted) {
    if (drift.setting.drifted != drift.found.value_or("")) {
      metrics.drifted(drift.setting.name);
    }
  }
}

Result<> repair(const live::TargetDrift& drift, const live::Surroundings& surroundings,
                Metrics& metrics) {
  PSYS_TRY_ASSIGN(const live::FoundTarget target, live::find_target(drift.name, surroundings));
  PSYS_TRY_ASSIGN(const live::Change change,
                  live::repair(target, drift, live::Author::of_this_process(),
                               "the node service repairs drift", surroundings));
  if (change.application.failure) {
    return std::unexpected(*change.application.failure);
  }
  for (const live::DriftedSetting& repaired : drift.drifted) {
    metrics.repaired(repaired.setting.name);
  }
  return {};
}

void tell(const node::Node& node, const live::TargetDrift& target, const Error& error) {
  // A pod that ends meanwhile is no news.
  if (error.code != Code::not_found) {
    node.reporter.warn(fmt::format("{}: {}", target.name, error.message));
  }
}

}  // namespace

Result<> check_drift(const node::Node& node, OnDrift on_drift, Metrics& metrics) {
  const live::Surroundings surroundings{
      .store = &node.store, .root = node.root, .host = node.host, .clock = node.clock};
  PSYS_TRY_ASSIGN(live::DriftChecker checker, live::DriftChecker::open());
  PSYS_TRY_ASSIGN(const std::vector<live::TargetDrift> targets, checker.check_all(node.store));
  for (const live::TargetDrift& target : targets) {
    count(target, metrics);
    if (target.failure) {
      tell(node, target, *target.failure);
    }
  }
  PSYS_TRY(live::note_drift(targets, surroundings));
  if (on_drift == OnDrift::report) {
    return {};
  }
  for (const live::TargetDrift& target : targets) {
    if (target.drifted.empty()) {
      continue;
    }
    if (const Result<> repaired = repair(target, surroundings, metrics); !repaired) {
      tell(node, target, repaired.error());
    }
  }
  return {};
}

}  // namespace podsysctl::service
