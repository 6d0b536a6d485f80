// SPDX-License-Identifier: Apache-2.0
// The JSON of get, set and diff (docs/live.md), a contract with scripts: names and order of the
// members do not change; what is not known is null. One indented object each. Thread-safety: pure
// functions.
#pragma once

#include <span>
#include <string>

#include "live/change.h"
#include "live/drift.h"
#include "live/values.h"

namespace podsysctl::cli {

[[nodiscard]] std::string values_json(const live::FoundTarget& target,
                                      std::span<const live::SeenValue> rows);
[[nodiscard]] std::string history_json(const live::FoundTarget& target,
                                       std::span<const store::AuditRecord> trail);
// What is written, in this order.
[[nodiscard]] std::string plan_json(const live::FoundTarget& target, const sysctl::Plan& plan);
[[nodiscard]] std::string change_json(const live::FoundTarget& target, const live::Change& change);

// A target's drift and what came of repairing it; `repaired` is empty without --repair.
struct DriftReport {
  live::TargetDrift drift;
  std::optional<sysctl::Application> repaired;

  // Whether the setting is in force again.
  [[nodiscard]] bool is_repaired(const std::string& key) const;
  [[nodiscard]] bool is_clean() const;  // nothing drifted, or all of it is repaired
};
[[nodiscard]] std::string drift_json(std::span<const DriftReport> reports);

}  // namespace podsysctl::cli
