// SPDX-License-Identifier: Apache-2.0
#include "api/request_json.h"

#include <array>
#include <utility>

#include <nlohmann/json.hpp>

#include "json/cursor.h"
#include "json/json.h"
#include "json/known_members.h"
#include "live/managed.h"

namespace podsysctl::api {
namespace {

using json::Cursor;
using Names = std::span<const std::string_view>;

// The server takes bodies of 64 KiB.
constexpr json::Limits kLimits{.bytes = 65536, .depth = 4, .values = 8192};

constexpr std::array<std::string_view, 7> kSetMembers{
    "sysctls", "allowedUnsafeSysctls", "kubernetesVersion", "force", "liveSockets", "reason",
    "dryRun"};
constexpr std::array<std::string_view, 4> kUndoMembers{"force", "liveSockets", "reason", "dryRun"};
constexpr std::array<std::string_view, 2> kRepairMembers{"target", "reason"};
constexpr std::array<std::string_view, 2> kSettingMembers{"name", "value"};

Result<json::Value> parse_body(std::string_view body, Names known) {
  PSYS_TRY_ASSIGN(json::Value value, json::parse(body.empty() ? "{}" : body, "request", kLimits));
  PSYS_TRY(json::check_members(Cursor(value, "request"), known));
  return value;
}

Result<live::Force> force_of(const Cursor& body) {
  PSYS_TRY_ASSIGN(const bool force, body.bool_or("force", false));
  return force ? live::Force::yes : live::Force::no;
}

Result<live::ExistingSockets> sockets_of(const Cursor& body) {
  PSYS_TRY_ASSIGN(const bool refresh, body.bool_or("liveSockets", false));
  return refresh ? live::ExistingSockets::refresh : live::ExistingSockets::leave;
}

Result<Doing> doing_of(const Cursor& body) {
  PSYS_TRY_ASSIGN(const bool dry_run, body.bool_or("dryRun", false));
  return dry_run ? Doing::dry_run : Doing::change;
}

Result<sysctl::Setting> setting_of(const Cursor& row) {
  PSYS_TRY(json::check_members(row, kSettingMembers));
  PSYS_TRY_ASSIGN(const std::string name, row.string_at("name"));
  PSYS_TRY_ASSIGN(sysctl::SysctlKey key, sysctl::SysctlKey::parse(name));
  PSYS_TRY_ASSIGN(std::string value, row.string_at("value"));
  PSYS_TRY(sysctl::check_value_text(key, value));
  return sysctl::Setting{
      std::move(key),
      std::move(value),
      {.kind = sysctl::Origin::Kind::live, .source = std::string(live::kSetOrigin)},
      ""};
}

Result<std::vector<sysctl::Setting>> settings_of(const Cursor& body) {
  PSYS_TRY_ASSIGN(const Cursor list, body.at("sysctls"));
  PSYS_TRY_ASSIGN(const std::vector<Cursor> rows, list.elements());
  if (rows.empty()) {
    return Error::of(Code::invalid_argument, "{}: there is nothing to set", list.where());
  }
  std::vector<sysctl::Setting> settings;
  for (const Cursor& row : rows) {
    PSYS_TRY_ASSIGN(sysctl::Setting setting, setting_of(row));
    settings.push_back(std::move(setting));
  }
  return settings;
}

}  // namespace

std::string set_request(const SetWish& wish, Doing doing) {
  json::Value settings = json::Value::array();
  for (const sysctl::Setting& setting : wish.settings) {
    settings.push_back({{"name", setting.key.name()}, {"value", setting.value}});
  }
  return json::dump({{"sysctls", std::move(settings)},
                     {"allowedUnsafeSysctls", wish.allowed_unsafe},
                     {"kubernetesVersion", wish.kubernetes_version},
                     {"force", wish.force == live::Force::yes},
                     {"liveSockets", wish.sockets == live::ExistingSockets::refresh},
                     {"reason", wish.reason},
                     {"dryRun", doing == Doing::dry_run}});
}

Result<SetOrder> parse_set_request(std::string_view text) {
  PSYS_TRY_ASSIGN(const json::Value value, parse_body(text, kSetMembers));
  const Cursor body(value, "request");
  SetOrder order;
  PSYS_TRY_ASSIGN(order.wish.settings, settings_of(body));
  PSYS_TRY_ASSIGN(order.wish.allowed_unsafe, body.strings_at("allowedUnsafeSysctls"));
  PSYS_TRY_ASSIGN(order.wish.kubernetes_version, body.string_or("kubernetesVersion", ""));
  PSYS_TRY_ASSIGN(order.wish.force, force_of(body));
  PSYS_TRY_ASSIGN(order.wish.sockets, sockets_of(body));
  PSYS_TRY_ASSIGN(order.wish.reason, body.string_or("reason", ""));
  PSYS_TRY_ASSIGN(order.doing, doing_of(body));
  return order;
}

std::string undo_request(const live::UndoRequest& wish, Doing doing) {
  return json::dump({{"force", wish.force == live::Force::yes},
                     {"liveSockets", wish.sockets == live::ExistingSockets::refresh},
                     {"reason", wish.reason},
                     {"dryRun", doing == Doing::dry_run}});
}

Result<UndoOrder> parse_undo_request(std::string_view text) {
  PSYS_TRY_ASSIGN(const json::Value value, parse_body(text, kUndoMembers));
  const Cursor body(value, "request");
  UndoOrder order;
  PSYS_TRY_ASSIGN(order.wish.force, force_of(body));
  PSYS_TRY_ASSIGN(order.wish.sockets, sockets_of(body));
  PSYS_TRY_ASSIGN(order.wish.reason, body.string_or("reason", ""));
  PSYS_TRY_ASSIGN(order.doing, doing_of(body));
  return order;
}

std::string repair_request(const RepairOrder& order) {
  return json::dump({{"target", order.target}, {"reason", order.reason}});
}

Result<RepairOrder> parse_repair_request(std::string_view text) {
  PSYS_TRY_ASSIGN(const json::Value value, parse_body(text, kRepairMembers));
  const Cursor body(value, "request");
  RepairOrder order;
  PSYS_TRY_ASSIGN(order.target, body.string_or("target", ""));
  PSYS_TRY_ASSIGN(order.reason, body.string_or("reason", ""));
  return order;
}

}  // namespace podsysctl::api
