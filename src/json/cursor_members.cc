// SPDX-License-Identifier: Apache-2.0
#include "json/cursor.h"

namespace podsysctl::json {
namespace {

template <class T>
Result<T> convert_or(const Cursor& object, std::string_view key, Result<T> (Cursor::*read)() const,
                     T absent) {
  PSYS_TRY_ASSIGN(const std::optional<Cursor> member, object.find(key));
  if (!member) {
    return absent;
  }
  return ((*member).*read)();
}

template <class T>
Result<T> convert(const Cursor& object, std::string_view key, Result<T> (Cursor::*read)() const) {
  PSYS_TRY_ASSIGN(const Cursor member, object.at(key));
  return (member.*read)();
}

}  // namespace

Result<std::string> Cursor::string_at(std::string_view key) const {
  return convert(*this, key, &Cursor::as_string);
}

Result<std::string> Cursor::string_or(std::string_view key, std::string_view absent) const {
  return convert_or(*this, key, &Cursor::as_string, std::string(absent));
}

Result<std::int64_t> Cursor::int_at(std::string_view key) const {
  return convert(*this, key, &Cursor::as_int);
}

Result<std::int64_t> Cursor::int_or(std::string_view key, std::int64_t absent) const {
  return convert_or(*this, key, &Cursor::as_int, absent);
}

Result<std::uint64_t> Cursor::uint_at(std::string_view key) const {
  return convert(*this, key, &Cursor::as_uint);
}

Result<bool> Cursor::bool_or(std::string_view key, bool absent) const {
  return convert_or(*this, key, &Cursor::as_bool, absent);
}

Result<std::vector<std::string>> Cursor::strings_at(std::string_view key) const {
  return convert_or(*this, key, &Cursor::as_strings, {});
}

Result<std::vector<std::pair<std::string, std::string>>> Cursor::string_map_at(
    std::string_view key) const {
  return convert_or(*this, key, &Cursor::as_string_map, {});
}

}  // namespace podsysctl::json
