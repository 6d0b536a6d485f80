// SPDX-License-Identifier: Apache-2.0
#include "api/live_json.h"

#include <nlohmann/json.hpp>

#include "json/json.h"
#include "sysctl/effect.h"
#include "sysctl/value.h"

namespace podsysctl::api {
namespace {

json::Value or_null(const std::optional<std::string>& text) {
  return text ? json::Value(*text) : json::Value();
}

json::Value or_null(const std::string& text) {
  return text.empty() ? json::Value() : json::Value(text);
}

json::Value pod_json(const std::string& uid, const store::ObjectReference& pod) {
  if (uid.empty()) {
    return {};
  }
  return {{"namespace", pod.namespace_}, {"name", pod.name}, {"uid", uid}};
}

json::Value head_of(const TargetName& target) {
  return {{"target", target.name}, {"pod", pod_json(target.pod_uid, target.pod)}};
}

std::string whole(const json::Value& view) {
  return json::dump(view, json::Layout::indented) + "\n";
}

// When a change is felt, and what sockets and objects that exist keep.
void add_effect(json::Value& row, const sysctl::SysctlKey& key) {
  const sysctl::Entry* const entry = sysctl::find_entry(key);
  row["takesEffect"] = or_null(entry == nullptr ? "" : std::string(to_string(entry->effect)));
  row["existing"] = or_null(entry == nullptr ? "" : std::string(entry->existing));
}

json::Value applied_json(const sysctl::AppliedSetting& applied) {
  json::Value row = {{"name", applied.setting.key.name()},
                     {"requested", applied.setting.value},
                     {"previous", applied.previous},
                     {"effective", applied.effective},
                     {"state", std::string(to_string(applied.state))}};
  add_effect(row, applied.setting.key);
  return row;
}

json::Value socket_json(const live::SocketChange& change) {
  return {{"sysctl", change.key.name()},
          {"inode", change.inode},
          {"pid", change.pid},
          {"local", change.local},
          {"remote", or_null(change.remote)},
          {"previous", change.old_value},
          {"effective", change.new_value},
          {"outcome", std::string(to_string(change.outcome))},
          {"why", or_null(change.why)}};
}

json::Value audit_json(const store::AuditRecord& record) {
  return {{"time", to_rfc3339(record.time)},
          {"action", std::string(to_string(record.action))},
          {"outcome", std::string(to_string(record.outcome))},
          {"name", record.name},
          {"old", or_null(record.old_value)},
          {"new", record.new_value},
          {"uid", record.uid},
          {"loginUID", record.login_uid ? json::Value(*record.login_uid) : json::Value()},
          {"pid", record.pid},
          {"target", record.target},
          {"namespaceInode", record.namespace_inode},
          {"reason", or_null(record.reason)},
          {"detail", or_null(record.detail)},
          {"undone", record.undone_by != 0}};
}

json::Value or_null(const std::optional<Error>& error) {
  return error ? json::Value(error->message) : json::Value();
}

json::Value report_json(const DriftReport& report) {
  json::Value list = json::Value::array();
  for (const live::DriftedSetting& one : report.drift.drifted) {
    list.push_back({{"name", one.setting.name},
                    {"requested", one.setting.requested},
                    {"found", or_null(one.found)},
                    {"origin", or_null(one.setting.origin)},
                    {"repaired", report.is_repaired(one.setting.name)},
                    {"remark", or_null(one.why)}});
  }
  json::Value view = {{"target", report.drift.name},
                      {"pod", pod_json(report.drift.pod_uid, report.drift.pod)},
                      {"checked", report.drift.checked},
                      {"drift", std::move(list)},
                      {"error", or_null(report.drift.failure)}};
  if (report.repaired) {
    view["repair"] = {{"error", or_null(report.repaired->failure)}};
  }
  return view;
}

}  // namespace

std::string values_json(const Values& values) {
  json::Value view = head_of(values.target);
  json::Value list = json::Value::array();
  for (const live::SeenValue& row : values.rows) {
    list.push_back({{"name", row.key.name()},
                    {"value", or_null(row.value)},
                    {"default", or_null(row.fresh)},
                    {"host", or_null(row.host)},
                    {"changed", row.differs()},
                    {"origin", or_null(row.origin)},
                    {"remark", or_null(row.remark)}});
  }
  view["sysctls"] = std::move(list);
  return whole(view);
}

std::string history_json(const History& history) {
  json::Value view = head_of(history.target);
  json::Value list = json::Value::array();
  for (const store::AuditRecord& record : history.trail) {
    list.push_back(audit_json(record));
  }
  view["history"] = std::move(list);
  return whole(view);
}

std::string plan_json(const Planned& planned) {
  json::Value view = head_of(planned.target);
  json::Value list = json::Value::array();
  for (const sysctl::Step& step : planned.plan.steps) {
    json::Value row = {
        {"name", step.setting.key.name()},
        {"requested", step.setting.value},
        {"previous", step.unset ? json::Value() : json::Value(sysctl::normalise(step.previous))}};
    add_effect(row, step.setting.key);
    list.push_back(std::move(row));
  }
  view["plan"] = std::move(list);
  return whole(view);
}

std::string change_json(const Changed& changed) {
  const live::Change& change = changed.change;
  json::Value view = head_of(changed.target);
  json::Value list = json::Value::array();
  for (const sysctl::AppliedSetting& applied : change.application.settings) {
    list.push_back(applied_json(applied));
  }
  json::Value sockets = json::Value::array();
  for (const live::SocketChange& socket : change.sockets) {
    sockets.push_back(socket_json(socket));
  }
  view["sysctls"] = std::move(list);
  view["sockets"] = std::move(sockets);
  view["error"] = or_null(change.application.failure);
  return whole(view);
}

std::string drift_json(std::span<const DriftReport> reports) {
  json::Value targets = json::Value::array();
  std::size_t checked = 0;
  std::size_t drifted = 0;
  for (const DriftReport& report : reports) {
    checked += report.drift.checked;
    drifted += report.drift.drifted.size();
    targets.push_back(report_json(report));
  }
  return whole({{"targets", std::move(targets)}, {"checked", checked}, {"drifted", drifted}});
}

}  // namespace podsysctl::api
