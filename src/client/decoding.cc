// SPDX-License-Identifier: Apache-2.0
#include "client/decoding.h"

namespace podsysctl::client {

using json::Cursor;

Result<std::optional<std::string>> text_if_at(const Cursor& object, std::string_view member) {
  PSYS_TRY_ASSIGN(const std::optional<Cursor> at, object.find(member));
  if (!at) {
    return std::optional<std::string>();
  }
  PSYS_TRY_ASSIGN(std::string text, at->as_string());
  return std::optional(std::move(text));
}

Result<std::optional<Timestamp>> time_if_at(const Cursor& object, std::string_view member) {
  PSYS_TRY_ASSIGN(const std::optional<std::string> text, text_if_at(object, member));
  if (!text) {
    return std::optional<Timestamp>();
  }
  const std::optional<Timestamp> time = parse_rfc3339(*text);
  if (!time) {
    return Error::of(Code::invalid_argument, "{}.{}: {} is no time", object.where(), member,
                     in_quotes(*text));
  }
  return time;
}

Result<Timestamp> time_at(const Cursor& object, std::string_view member) {
  PSYS_TRY_ASSIGN(const Cursor at, object.at(member));
  PSYS_TRY_ASSIGN(const std::optional<Timestamp> time, time_if_at(object, member));
  return *time;
}

Result<sysctl::SysctlKey> key_at(const Cursor& object, std::string_view member) {
  PSYS_TRY_ASSIGN(const std::string name, object.string_at(member));
  return sysctl::SysctlKey::parse(name);
}

}  // namespace podsysctl::client
