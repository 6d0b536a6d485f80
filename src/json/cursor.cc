// SPDX-License-Identifier: Apache-2.0
#include "json/cursor.h"

#include <limits>

#include <nlohmann/json.hpp>

#include "base/strings.h"

namespace podsysctl::json {
namespace {

// A key as it reads best in a path: plain where it is plain.
std::string path_part(std::string_view key) {
  for (const char c : key) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '_' || c == '-';
    if (!plain) {
      return "[" + in_quotes(key, 60) + "]";
    }
  }
  return key.empty() ? "[\"\"]" : "." + std::string(key);
}

std::string_view kind_of(const Value& value) {
  switch (value.type()) {
    case Value::value_t::null:
      return "null";
    case Value::value_t::object:
      return "an object";
    case Value::value_t::array:
      return "an array";
    case Value::value_t::string:
      return "a string";
    case Value::value_t::boolean:
      return "a boolean";
    case Value::value_t::number_integer:
    case Value::value_t::number_unsigned:
    case Value::value_t::number_float:
      return "a number";
    case Value::value_t::binary:
    case Value::value_t::discarded:
      break;
  }
  return "something else";
}

}  // namespace

Cursor::Cursor(const Value& root, std::string_view name) : Cursor(root, name, "") {}

Cursor::Cursor(const Value& value, std::string_view name, std::string path)
    : value_(&value), name_(name), path_(std::move(path)) {}

std::string Cursor::where() const {
  if (path_.empty()) {
    return name_;
  }
  return name_ + ": " + (path_.starts_with('.') ? path_.substr(1) : path_);
}

std::unexpected<Error> Cursor::mismatch(std::string_view expected) const {
  return Error::of(Code::invalid_argument, "{}: expected {}, found {}", where(), expected,
                   kind_of(*value_));
}

Cursor Cursor::child(const Value& value, std::string_view key) const {
  return {value, name_, path_ + path_part(key)};
}

Result<std::optional<Cursor>> Cursor::find(std::string_view key) const {
  if (!value_->is_object()) {
    return mismatch("an object");
  }
  const auto found = value_->find(std::string(key));
  if (found == value_->end() || found->is_null()) {
    return std::optional<Cursor>();
  }
  return std::optional<Cursor>(child(*found, key));
}

Result<Cursor> Cursor::at(std::string_view key) const {
  PSYS_TRY_ASSIGN(std::optional<Cursor> found, find(key));
  if (!found) {
    return Error::of(Code::invalid_argument, "{}: {} is missing", where(), in_quotes(key));
  }
  return *std::move(found);
}

Result<std::vector<Cursor>> Cursor::elements() const {
  if (!value_->is_array()) {
    return mismatch("an array");
  }
  std::vector<Cursor> out;
  out.reserve(value_->size());
  for (const Value& element : *value_) {
    out.push_back(Cursor(element, name_, fmt::format("{}[{}]", path_, out.size())));
  }
  return out;
}

Result<std::vector<std::pair<std::string, Cursor>>> Cursor::members() const {
  if (!value_->is_object()) {
    return mismatch("an object");
  }
  std::vector<std::pair<std::string, Cursor>> out;
  out.reserve(value_->size());
  for (const auto& [key, value] : value_->get_ref<const Value::object_t&>()) {
    if (key.find('\0') != std::string::npos) {
      return Error::of(Code::invalid_argument, "{}: the key {} has a NUL in it", where(),
                       in_quotes(key));
    }
    out.emplace_back(key, child(value, key));
  }
  return out;
}

bool Cursor::is_null() const { return value_->is_null(); }

Result<std::string> Cursor::as_string() const {
  if (!value_->is_string()) {
    return mismatch("a string");
  }
  const auto& text = value_->get_ref<const std::string&>();
  if (text.find('\0') != std::string::npos) {
    return Error::of(Code::invalid_argument, "{}: the string {} has a NUL in it", where(),
                     in_quotes(text));
  }
  return text;
}

Result<bool> Cursor::as_bool() const {
  if (!value_->is_boolean()) {
    return mismatch("true or false");
  }
  return value_->get<bool>();
}

Result<std::uint64_t> Cursor::as_uint() const {
  if (!value_->is_number_unsigned()) {
    return mismatch("a whole number from 0");
  }
  return value_->get<std::uint64_t>();
}

Result<std::int64_t> Cursor::as_int() const {
  if (!value_->is_number_integer()) {
    return mismatch("a whole number");
  }
  constexpr auto kMax = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  if (value_->is_number_unsigned() && value_->get<std::uint64_t>() > kMax) {
    return Error::of(Code::invalid_argument, "{}: {} is larger than {}", where(),
                     value_->get<std::uint64_t>(), kMax);
  }
  return value_->get<std::int64_t>();
}

Result<std::vector<std::string>> Cursor::as_strings() const {
  PSYS_TRY_ASSIGN(const std::vector<Cursor> cursors, elements());
  std::vector<std::string> out;
  out.reserve(cursors.size());
  for (const Cursor& cursor : cursors) {
    PSYS_TRY_ASSIGN(std::string text, cursor.as_string());
    out.push_back(std::move(text));
  }
  return out;
}

Result<std::vector<std::pair<std::string, std::string>>> Cursor::as_string_map() const {
  PSYS_TRY_ASSIGN(const auto cursors, members());
  std::vector<std::pair<std::string, std::string>> out;
  out.reserve(cursors.size());
  for (const auto& [key, cursor] : cursors) {
    PSYS_TRY_ASSIGN(std::string text, cursor.as_string());
    out.emplace_back(key, std::move(text));
  }
  return out;
}

}  // namespace podsysctl::json
