// SPDX-License-Identifier: Apache-2.0
#include <utility>

#include <nlohmann/json.hpp>

#include "client/decode.h"
#include "client/decoding.h"

namespace podsysctl::client {
namespace {

using json::Cursor;
using live::SocketOutcome;
using store::AuditAction;
using store::AuditOutcome;
using sysctl::ApplyState;

Result<std::string> text_or_none_at(const Cursor& row, std::string_view member) {
  return row.string_or(member, "");
}

struct Pod {
  std::string uid;
  store::ObjectReference reference;
};

Result<Pod> pod_at(const Cursor& row) {
  Pod pod;
  PSYS_TRY_ASSIGN(const std::optional<Cursor> at, row.find("pod"));
  if (at) {
    PSYS_TRY_ASSIGN(pod.uid, at->string_at("uid"));
    PSYS_TRY_ASSIGN(pod.reference.namespace_, at->string_at("namespace"));
    PSYS_TRY_ASSIGN(pod.reference.name, at->string_at("name"));
    pod.reference.uid = pod.uid;
  }
  return pod;
}

Result<api::TargetName> name_of(const Cursor& root) {
  PSYS_TRY_ASSIGN(std::string name, root.string_at("target"));
  PSYS_TRY_ASSIGN(Pod pod, pod_at(root));
  return api::TargetName{std::move(name), std::move(pod.uid), std::move(pod.reference)};
}

// Whatever is not known is an error without a code: its text is what people read.
std::optional<Error> failure_of(const std::optional<std::string>& message) {
  return message ? std::optional(Error{Code::internal, 0, *message}) : std::nullopt;
}

Result<live::SeenValue> value_of(const Cursor& row) {
  PSYS_TRY_ASSIGN(sysctl::SysctlKey key, key_at(row, "name"));
  live::SeenValue seen{.key = std::move(key)};
  PSYS_TRY_ASSIGN(seen.value, text_if_at(row, "value"));
  PSYS_TRY_ASSIGN(seen.fresh, text_if_at(row, "default"));
  PSYS_TRY_ASSIGN(seen.host, text_if_at(row, "host"));
  PSYS_TRY_ASSIGN(seen.origin, text_or_none_at(row, "origin"));
  PSYS_TRY_ASSIGN(seen.remark, text_or_none_at(row, "remark"));
  return seen;
}

Result<> read_author(const Cursor& row, store::AuditRecord& record) {
  PSYS_TRY_ASSIGN(record.uid, number_at<std::uint32_t>(row, "uid"));
  PSYS_TRY_ASSIGN(const std::optional<Cursor> login, row.find("loginUID"));
  if (login) {
    PSYS_TRY_ASSIGN(record.login_uid, number_at<std::uint32_t>(row, "loginUID"));
  }
  PSYS_TRY_ASSIGN(record.pid, number_at<pid_t>(row, "pid"));
  return {};
}

Result<store::AuditRecord> record_of(const Cursor& row) {
  store::AuditRecord record;
  PSYS_TRY_ASSIGN(record.time, time_at(row, "time"));
  PSYS_TRY_ASSIGN(record.action, enum_at(row, "action",
                                         {AuditAction::set, AuditAction::undo, AuditAction::repair,
                                          AuditAction::live_sockets}));
  PSYS_TRY_ASSIGN(record.outcome,
                  enum_at(row, "outcome",
                          {AuditOutcome::begun, AuditOutcome::applied, AuditOutcome::unchanged,
                           AuditOutcome::refused, AuditOutcome::rolled_back}));
  PSYS_TRY_ASSIGN(record.name, row.string_at("name"));
  PSYS_TRY_ASSIGN(record.old_value, text_if_at(row, "old"));
  PSYS_TRY_ASSIGN(record.new_value, row.string_at("new"));
  PSYS_TRY(read_author(row, record));
  PSYS_TRY_ASSIGN(record.target, row.string_at("target"));
  PSYS_TRY_ASSIGN(record.namespace_inode, row.uint_at("namespaceInode"));
  PSYS_TRY_ASSIGN(record.reason, text_or_none_at(row, "reason"));
  PSYS_TRY_ASSIGN(record.detail, text_or_none_at(row, "detail"));
  PSYS_TRY_ASSIGN(const bool undone, row.bool_or("undone", false));
  record.undone_by = undone ? 1 : 0;
  return record;
}

sysctl::Setting setting_of(sysctl::SysctlKey key, std::string value) {
  return {std::move(key), std::move(value), {.kind = sysctl::Origin::Kind::live}, ""};
}

Result<sysctl::Step> step_of(const Cursor& row) {
  PSYS_TRY_ASSIGN(sysctl::SysctlKey key, key_at(row, "name"));
  PSYS_TRY_ASSIGN(std::string requested, row.string_at("requested"));
  PSYS_TRY_ASSIGN(const std::optional<std::string> previous, text_if_at(row, "previous"));
  return sysctl::Step{.setting = setting_of(std::move(key), std::move(requested)),
                      .previous = previous.value_or(""),
                      .unset = !previous};
}

Result<sysctl::AppliedSetting> applied_of(const Cursor& row) {
  PSYS_TRY_ASSIGN(sysctl::SysctlKey key, key_at(row, "name"));
  PSYS_TRY_ASSIGN(std::string requested, row.string_at("requested"));
  sysctl::AppliedSetting applied{.setting = setting_of(std::move(key), std::move(requested))};
  PSYS_TRY_ASSIGN(applied.previous, row.string_at("previous"));
  PSYS_TRY_ASSIGN(applied.effective, row.string_at("effective"));
  PSYS_TRY_ASSIGN(applied.state, enum_at(row, "state",
                                         {ApplyState::applied, ApplyState::unchanged,
                                          ApplyState::refused, ApplyState::rolled_back}));
  return applied;
}

Result<live::SocketChange> socket_of(const Cursor& row) {
  PSYS_TRY_ASSIGN(sysctl::SysctlKey key, key_at(row, "sysctl"));
  live::SocketChange change{.key = std::move(key)};
  PSYS_TRY_ASSIGN(change.inode, row.uint_at("inode"));
  PSYS_TRY_ASSIGN(change.pid, number_at<pid_t>(row, "pid"));
  PSYS_TRY_ASSIGN(change.local, row.string_at("local"));
  PSYS_TRY_ASSIGN(change.remote, text_or_none_at(row, "remote"));
  PSYS_TRY_ASSIGN(change.old_value, row.string_at("previous"));
  PSYS_TRY_ASSIGN(change.new_value, row.string_at("effective"));
  PSYS_TRY_ASSIGN(change.outcome,
                  enum_at(row, "outcome",
                          {SocketOutcome::changed, SocketOutcome::kept, SocketOutcome::refused}));
  PSYS_TRY_ASSIGN(change.why, text_or_none_at(row, "why"));
  return change;
}

struct DriftRow {
  live::DriftedSetting drifted;
  bool repaired = false;
};

Result<DriftRow> drift_row(const Cursor& row) {
  DriftRow read;
  live::DriftedSetting& drifted = read.drifted;
  PSYS_TRY_ASSIGN(drifted.setting.name, row.string_at("name"));
  PSYS_TRY_ASSIGN(drifted.setting.requested, row.string_at("requested"));
  PSYS_TRY_ASSIGN(drifted.found, text_if_at(row, "found"));
  PSYS_TRY_ASSIGN(drifted.setting.origin, text_or_none_at(row, "origin"));
  PSYS_TRY_ASSIGN(drifted.why, text_or_none_at(row, "remark"));
  PSYS_TRY_ASSIGN(read.repaired, row.bool_or("repaired", false));
  return read;
}

Result<std::optional<sysctl::Application>> repair_of(const Cursor& row,
                                                     const std::vector<DriftRow>& drift) {
  PSYS_TRY_ASSIGN(const std::optional<Cursor> at, row.find("repair"));
  if (!at) {
    return std::optional<sysctl::Application>();
  }
  PSYS_TRY_ASSIGN(const std::optional<std::string> error, text_if_at(*at, "error"));
  sysctl::Application application{.settings = {}, .failure = failure_of(error)};
  for (const DriftRow& one : drift) {
    if (one.repaired) {
      PSYS_TRY_ASSIGN(sysctl::SysctlKey key, sysctl::SysctlKey::parse(one.drifted.setting.name));
      application.settings.push_back(
          {.setting = setting_of(std::move(key), one.drifted.setting.requested)});
    }
  }
  return std::optional(std::move(application));
}

Result<api::DriftReport> report_of(const Cursor& row) {
  api::DriftReport report;
  PSYS_TRY_ASSIGN(report.drift.name, row.string_at("target"));
  PSYS_TRY_ASSIGN(Pod pod, pod_at(row));
  report.drift.pod_uid = std::move(pod.uid);
  report.drift.pod = std::move(pod.reference);
  PSYS_TRY_ASSIGN(report.drift.checked, number_at<std::size_t>(row, "checked"));
  PSYS_TRY_ASSIGN(const std::vector<DriftRow> drift, list_at(row, "drift", &drift_row));
  for (const DriftRow& one : drift) {
    report.drift.drifted.push_back(one.drifted);
  }
  PSYS_TRY_ASSIGN(const std::optional<std::string> error, text_if_at(row, "error"));
  report.drift.failure = failure_of(error);
  PSYS_TRY_ASSIGN(report.repaired, repair_of(row, drift));
  return report;
}

Result<policy::Verdict> verdict_of(const Cursor& row) {
  PSYS_TRY_ASSIGN(std::string name, row.string_at("name"));
  PSYS_TRY_ASSIGN(const std::string reason, row.string_at("reason"));
  PSYS_TRY_ASSIGN(std::string message, row.string_at("message"));
  PSYS_TRY_ASSIGN(std::string hint, row.string_at("hint"));
  return policy::Verdict::forbidden(std::move(name), reason, std::move(message), std::move(hint));
}

}  // namespace

Result<api::Values> parse_values(std::string_view text) {
  PSYS_TRY_ASSIGN(const json::Value value, json::parse(text, "values", kLimits));
  const Cursor root(value, "values");
  api::Values values;
  PSYS_TRY_ASSIGN(values.target, name_of(root));
  PSYS_TRY_ASSIGN(values.rows, list_at(root, "sysctls", &value_of));
  return values;
}

Result<api::History> parse_history(std::string_view text) {
  PSYS_TRY_ASSIGN(const json::Value value, json::parse(text, "history", kLimits));
  const Cursor root(value, "history");
  api::History history;
  PSYS_TRY_ASSIGN(history.target, name_of(root));
  PSYS_TRY_ASSIGN(history.trail, list_at(root, "history", &record_of));
  return history;
}

Result<api::Planned> parse_plan(std::string_view text) {
  PSYS_TRY_ASSIGN(const json::Value value, json::parse(text, "plan", kLimits));
  const Cursor root(value, "plan");
  api::Planned planned;
  PSYS_TRY_ASSIGN(planned.target, name_of(root));
  PSYS_TRY_ASSIGN(planned.plan.steps, list_at(root, "plan", &step_of));
  return planned;
}

Result<api::Changed> parse_change(std::string_view text) {
  PSYS_TRY_ASSIGN(const json::Value value, json::parse(text, "change", kLimits));
  const Cursor root(value, "change");
  api::Changed changed;
  PSYS_TRY_ASSIGN(changed.target, name_of(root));
  PSYS_TRY_ASSIGN(changed.change.application.settings, list_at(root, "sysctls", &applied_of));
  PSYS_TRY_ASSIGN(changed.change.sockets, list_at(root, "sockets", &socket_of));
  PSYS_TRY_ASSIGN(const std::optional<std::string> error, text_if_at(root, "error"));
  changed.change.application.failure = failure_of(error);
  return changed;
}

Result<std::vector<api::DriftReport>> parse_drift(std::string_view text) {
  PSYS_TRY_ASSIGN(const json::Value value, json::parse(text, "drift", kLimits));
  return list_at(Cursor(value, "drift"), "targets", &report_of);
}

Result<std::vector<policy::Verdict>> parse_verdicts(std::string_view text) {
  PSYS_TRY_ASSIGN(const json::Value value, json::parse(text, "error", kLimits));
  const Cursor root(value, "error");
  PSYS_TRY_ASSIGN(const std::optional<Cursor> verdicts, root.find("verdicts"));
  return verdicts ? list_at(root, "verdicts", &verdict_of)
                  : Result<std::vector<policy::Verdict>>(std::vector<policy::Verdict>());
}

}  // namespace podsysctl::client
