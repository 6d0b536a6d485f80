// SPDX-License-Identifier: Apache-2.0
// What the decoders of answers share. Private to src/client. Thread-safety: pure functions.
#pragma once

#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "base/strings.h"
#include "json/cursor.h"
#include "store/records.h"
#include "sysctl/key.h"

namespace podsysctl::client {

inline constexpr json::Limits kLimits{
    .bytes = std::size_t{64} << 20U, .depth = 16, .values = 4'000'000};

// The value whose text, as to_string() has it, the member holds.
template <class Enum>
[[nodiscard]] Result<Enum> enum_at(const json::Cursor& object, std::string_view member,
                                   std::initializer_list<Enum> values) {
  PSYS_TRY_ASSIGN(const json::Cursor at, object.at(member));
  PSYS_TRY_ASSIGN(const std::string text, at.as_string());
  for (const Enum value : values) {
    if (to_string(value) == text) {
      return value;
    }
  }
  return Error::of(Code::invalid_argument, "{}: {} is not known here", at.where(), in_quotes(text));
}

// T from each element of an array.
template <class T>
[[nodiscard]] Result<std::vector<T>> list_at(const json::Cursor& object, std::string_view member,
                                             Result<T> (*read)(const json::Cursor&)) {
  PSYS_TRY_ASSIGN(const json::Cursor list, object.at(member));
  PSYS_TRY_ASSIGN(const std::vector<json::Cursor> elements, list.elements());
  std::vector<T> values;
  values.reserve(elements.size());
  for (const json::Cursor& element : elements) {
    PSYS_TRY_ASSIGN(T value, read(element));
    values.push_back(std::move(value));
  }
  return values;
}

// Nothing for null.
[[nodiscard]] Result<std::optional<std::string>> text_if_at(const json::Cursor& object,
                                                            std::string_view member);
[[nodiscard]] Result<Timestamp> time_at(const json::Cursor& object, std::string_view member);
[[nodiscard]] Result<std::optional<Timestamp>> time_if_at(const json::Cursor& object,
                                                          std::string_view member);
[[nodiscard]] Result<sysctl::SysctlKey> key_at(const json::Cursor& object, std::string_view member);

// A number that fits the type.
template <std::integral T>
[[nodiscard]] Result<T> number_at(const json::Cursor& object, std::string_view member) {
  PSYS_TRY_ASSIGN(const json::Cursor at, object.at(member));
  PSYS_TRY_ASSIGN(const std::int64_t number, at.as_int());
  if (!std::in_range<T>(number)) {
    return Error::of(Code::invalid_argument, "{}: {} is out of range", at.where(), number);
  }
  return static_cast<T>(number);
}

}  // namespace podsysctl::client
