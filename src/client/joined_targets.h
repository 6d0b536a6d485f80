// SPDX-License-Identifier: Apache-2.0
// The pods of several places as targets: a name leads to the first place that has a pod of it; ""
// is all pods of all places, of which one that two know is the first's. Thread-safety: that of the
// places.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "api/records.h"
#include "api/targets.h"

namespace podsysctl::client {

// Both outlive the objects they are given to.
struct Place {
  api::Records& records;
  api::Targets& targets;
};

class JoinedTargets final : public api::Targets {
 public:
  // At least one place.
  explicit JoinedTargets(std::vector<Place> places) : places_(std::move(places)) {}

  [[nodiscard]] Result<api::Values> values(const std::string& target,
                                           const api::ValuesWish& wish) override;
  [[nodiscard]] Result<api::History> history(const std::string& target,
                                             const std::vector<sysctl::SysctlKey>& keys) override;
  [[nodiscard]] std::expected<api::Planned, live::Refusal> plan_set(
      const std::string& target, const api::SetWish& wish) override;
  [[nodiscard]] std::expected<api::Changed, live::Refusal> set(const std::string& target,
                                                               const api::SetWish& wish) override;
  [[nodiscard]] Result<api::Planned> plan_undo(const std::string& target,
                                               const live::UndoRequest& wish) override;
  [[nodiscard]] Result<api::Changed> undo(const std::string& target,
                                          const live::UndoRequest& wish) override;
  [[nodiscard]] Result<std::vector<api::DriftReport>> drift(const std::string& target) override;
  [[nodiscard]] Result<std::vector<api::DriftReport>> repair(const std::string& target,
                                                             const std::string& reason) override;

 private:
  [[nodiscard]] api::Targets& place_of(const std::string& target);

  std::vector<Place> places_;
};

}  // namespace podsysctl::client
