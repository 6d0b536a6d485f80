// SPDX-License-Identifier: Apache-2.0
#include "api/folder_targets.h"

#include <algorithm>
#include <utility>

#include "live/allowlist.h"

namespace podsysctl::api {
namespace {

using live::FoundTarget;
using live::Refusal;
using sysctl::SysctlKey;

std::unexpected<Refusal> refused(Error error) {
  return std::unexpected(Refusal{std::move(error), {}});
}

struct Order {
  policy::Allowlist allowlist;
  FoundTarget target;
};

Result<Order> make_order(const std::string& name, const SetWish& wish,
                         const live::Surroundings& surroundings) {
  PSYS_TRY_ASSIGN(policy::Allowlist allowlist,
                  live::allowlist_here(wish.allowed_unsafe, wish.kubernetes_version));
  PSYS_TRY_ASSIGN(FoundTarget target, live::find_target(name, surroundings));
  return Order{std::move(allowlist), std::move(target)};
}

live::SetRequest request_of(const SetWish& wish, const Order& order) {
  return {.settings = wish.settings,
          .allowlist = order.allowlist,
          .force = wish.force,
          .sockets = wish.sockets,
          .reason = wish.reason};
}

}  // namespace

TargetName name_of(const FoundTarget& target) { return {target.name, target.pod_uid, target.pod}; }

bool DriftReport::is_repaired(const std::string& key) const {
  return repaired && !repaired->failure &&
         std::ranges::any_of(repaired->settings, [&key](const sysctl::AppliedSetting& applied) {
           return applied.setting.key.name() == key;
         });
}

bool DriftReport::is_clean() const {
  return !drift.failure &&
         std::ranges::all_of(drift.drifted, [this](const live::DriftedSetting& drifted) {
           return is_repaired(drifted.setting.name);
         });
}

Result<Values> FolderTargets::values(const std::string& name, const ValuesWish& wish) {
  PSYS_TRY_ASSIGN(const FoundTarget target, live::find_target(name, surroundings_));
  Values values{.target = name_of(target), .rows = {}};
  if (wish.keys.empty()) {
    PSYS_TRY_ASSIGN(values.rows, live::look_around(target, wish.which, surroundings_));
  } else {
    PSYS_TRY_ASSIGN(values.rows, live::look_at(target, wish.keys, surroundings_));
    PSYS_TRY(live::check_known(values.rows, target));
  }
  return values;
}

Result<History> FolderTargets::history(const std::string& name,
                                       const std::vector<SysctlKey>& keys) {
  PSYS_TRY_ASSIGN(const FoundTarget target, live::find_target(name, surroundings_));
  History history{.target = name_of(target), .trail = {}};
  if (surroundings_.store != nullptr) {
    PSYS_TRY_ASSIGN(const std::string id, live::audit_id(target));
    PSYS_TRY_ASSIGN(history.trail, surroundings_.store->audit(id));
  }
  if (!keys.empty()) {
    std::erase_if(history.trail, [&keys](const store::AuditRecord& record) {
      return std::ranges::find(keys, record.name, &SysctlKey::name) == keys.end();
    });
  }
  return history;
}

std::expected<Planned, Refusal> FolderTargets::plan_set(const std::string& name,
                                                        const SetWish& wish) {
  Result<Order> order = make_order(name, wish, surroundings_);
  if (!order) {
    return refused(std::move(order).error());
  }
  if (auto refusal = live::judge(order->target, request_of(wish, *order), surroundings_)) {
    return std::unexpected(*std::move(refusal));
  }
  Result<sysctl::Plan> plan = live::preview(order->target, wish.settings);
  if (!plan) {
    return refused(std::move(plan).error());
  }
  return Planned{name_of(order->target), *std::move(plan)};
}

std::expected<Changed, Refusal> FolderTargets::set(const std::string& name, const SetWish& wish) {
  Result<Order> order = make_order(name, wish, surroundings_);
  if (!order) {
    return refused(std::move(order).error());
  }
  auto change = live::set(order->target, request_of(wish, *order), author_, surroundings_);
  if (!change) {
    return std::unexpected(std::move(change).error());
  }
  return Changed{name_of(order->target), *std::move(change)};
}

Result<Planned> FolderTargets::plan_undo(const std::string& name, const live::UndoRequest& wish) {
  PSYS_TRY_ASSIGN(const FoundTarget target, live::find_target(name, surroundings_));
  PSYS_TRY_ASSIGN(const auto settings, live::what_undo_writes(target, wish, surroundings_));
  PSYS_TRY_ASSIGN(sysctl::Plan plan, live::preview(target, settings));
  return Planned{name_of(target), std::move(plan)};
}

Result<Changed> FolderTargets::undo(const std::string& name, const live::UndoRequest& wish) {
  PSYS_TRY_ASSIGN(const FoundTarget target, live::find_target(name, surroundings_));
  PSYS_TRY_ASSIGN(live::Change change, live::undo(target, wish, author_, surroundings_));
  return Changed{name_of(target), std::move(change)};
}

Result<std::vector<DriftReport>> FolderTargets::drift(const std::string& name) {
  PSYS_TRY_ASSIGN(live::DriftChecker checker, live::DriftChecker::open());
  std::vector<live::TargetDrift> drifts;
  if (!name.empty()) {
    PSYS_TRY_ASSIGN(const FoundTarget target, live::find_target(name, surroundings_));
    PSYS_TRY_ASSIGN(live::TargetDrift drift, checker.check(target, surroundings_));
    drifts.push_back(std::move(drift));
  } else if (surroundings_.store != nullptr) {
    PSYS_TRY_ASSIGN(drifts, checker.check_all(*surroundings_.store));
  }
  std::vector<DriftReport> reports;
  reports.reserve(drifts.size());
  for (live::TargetDrift& drift : drifts) {
    reports.push_back({std::move(drift), {}});
  }
  return reports;
}

Result<std::vector<DriftReport>> FolderTargets::repair(const std::string& name,
                                                       const std::string& reason) {
  PSYS_TRY_ASSIGN(std::vector<DriftReport> reports, drift(name));
  for (DriftReport& report : reports) {
    if (!report.drift.drifted.empty()) {
      report.repaired = repair_one(report.drift, reason);
    }
  }
  return reports;
}

sysctl::Application FolderTargets::repair_one(const live::TargetDrift& drift,
                                              const std::string& reason) const {
  const auto target = live::find_target(drift.name, surroundings_);
  if (!target) {
    return {.settings = {}, .failure = target.error()};
  }
  auto change = live::repair(*target, drift, author_, reason, surroundings_);
  return change ? std::move(change->application)
                : sysctl::Application{.settings = {}, .failure = change.error()};
}

}  // namespace podsysctl::api
