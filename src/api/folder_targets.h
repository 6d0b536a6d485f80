// SPDX-License-Identifier: Apache-2.0
// Targets that this process looks at and changes itself, beside the records of a state folder.
// Thread-safety: as Store.
#pragma once

#include "api/targets.h"
#include "live/author.h"
#include "live/surroundings.h"

namespace podsysctl::api {

class FolderTargets final : public Targets {
 public:
  // Both outlive this object. Changes are the author's, and need a store.
  FolderTargets(const live::Surroundings& surroundings, const live::Author& author)
      : surroundings_(surroundings), author_(author) {}

  [[nodiscard]] Result<Values> values(const std::string& target, const ValuesWish& wish) override;
  [[nodiscard]] Result<History> history(const std::string& target,
                                        const std::vector<sysctl::SysctlKey>& keys) override;
  [[nodiscard]] std::expected<Planned, live::Refusal> plan_set(const std::string& target,
                                                               const SetWish& wish) override;
  [[nodiscard]] std::expected<Changed, live::Refusal> set(const std::string& target,
                                                          const SetWish& wish) override;
  [[nodiscard]] Result<Planned> plan_undo(const std::string& target,
                                          const live::UndoRequest& wish) override;
  [[nodiscard]] Result<Changed> undo(const std::string& target,
                                     const live::UndoRequest& wish) override;
  [[nodiscard]] Result<std::vector<DriftReport>> drift(const std::string& target) override;
  [[nodiscard]] Result<std::vector<DriftReport>> repair(const std::string& target,
                                                        const std::string& reason) override;

 private:
  [[nodiscard]] sysctl::Application repair_one(const live::TargetDrift& drift,
                                               const std::string& reason) const;

  const live::Surroundings& surroundings_;
  const live::Author& author_;
};

}  // namespace podsysctl::api
