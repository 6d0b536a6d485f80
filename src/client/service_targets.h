// SPDX-License-Identifier: Apache-2.0
// Targets that a service looks at and changes. The author of a change is this process, as the
// service sees it. Thread-safety: as Service.
#pragma once

#include "api/targets.h"
#include "client/service.h"

namespace podsysctl::client {

class ServiceTargets final : public api::Targets {
 public:
  explicit ServiceTargets(Service& service) : service_(service) {}

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
  Service& service_;
};

}  // namespace podsysctl::client
