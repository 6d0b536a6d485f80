// SPDX-License-Identifier: Apache-2.0
// Reads a json::Value by type. A cursor stands on one value and knows where that is, so that every
// error reads "index.json: manifests[0].digest: expected a string, found a number".
// null counts as absent. A string with a NUL in it is refused: it would be cut at the first C call.
// Errors: invalid_argument. Thread-safety: values that point into a tree, which must outlive them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "json/json.h"

namespace podsysctl::json {

class Cursor {
 public:
  // `name` is the document's, as given to parse().
  Cursor(const Value& root, std::string_view name);

  // A member of an object: an error if it is absent, or if this is no object.
  [[nodiscard]] Result<Cursor> at(std::string_view key) const;
  // The same, nullopt where the member is absent or null.
  [[nodiscard]] Result<std::optional<Cursor>> find(std::string_view key) const;
  // An array's elements.
  [[nodiscard]] Result<std::vector<Cursor>> elements() const;
  // An object's members in the order of the text.
  [[nodiscard]] Result<std::vector<std::pair<std::string, Cursor>>> members() const;

  [[nodiscard]] bool is_null() const;
  [[nodiscard]] Result<std::string> as_string() const;
  [[nodiscard]] Result<bool> as_bool() const;
  [[nodiscard]] Result<std::int64_t> as_int() const;
  [[nodiscard]] Result<std::uint64_t> as_uint() const;
  [[nodiscard]] Result<std::vector<std::string>> as_strings() const;
  [[nodiscard]] Result<std::vector<std::pair<std::string, std::string>>> as_string_map() const;

  // Shorthands for members. The *_or forms return the second argument where the member is absent.
  [[nodiscard]] Result<std::string> string_at(std::string_view key) const;
  [[nodiscard]] Result<std::string> string_or(std::string_view key, std::string_view absent) const;
  [[nodiscard]] Result<std::int64_t> int_at(std::string_view key) const;
  [[nodiscard]] Result<std::int64_t> int_or(std::string_view key, std::int64_t absent) const;
  [[nodiscard]] Result<std::uint64_t> uint_at(std::string_view key) const;
  [[nodiscard]] Result<bool> bool_or(std::string_view key, bool absent) const;
  // Empty where absent.
  [[nodiscard]] Result<std::vector<std::string>> strings_at(std::string_view key) const;
  [[nodiscard]] Result<std::vector<std::pair<std::string, std::string>>> string_map_at(
      std::string_view key) const;

  // "index.json: manifests[0]"; for errors about what the value means.
  [[nodiscard]] std::string where() const;
  [[nodiscard]] const Value& value() const noexcept { return *value_; }

 private:
  Cursor(const Value& value, std::string_view name, std::string path);
  [[nodiscard]] Cursor child(const Value& value, std::string_view key) const;
  [[nodiscard]] std::unexpected<Error> mismatch(std::string_view expected) const;

  const Value* value_;
  std::string name_;
  std::string path_;  // "manifests[0].digest"; "" at the root
};

}  // namespace podsysctl::json
