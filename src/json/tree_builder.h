// SPDX-License-Identifier: Apache-2.0
// Builds a Value from the parser's events and stops it at the first breach of a limit, so that no
// tree is ever deeper or larger than allowed. Private to src/json (it includes the parser).
// Thread-safety: one thread.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include <nlohmann/json.hpp>

#include "json/json.h"

namespace podsysctl::json {

// The function names and types are those of nlohmann::json_sax; false stops the parser.
class TreeBuilder {
 public:
  explicit TreeBuilder(const Limits& limits) : limits_(limits) {}

  bool null();
  bool boolean(bool value);
  bool number_integer(Value::number_integer_t value);
  bool number_unsigned(Value::number_unsigned_t value);
  bool number_float(Value::number_float_t value, const std::string& text);
  bool string(std::string& value);
  bool binary(Value::binary_t& value);
  bool start_object(std::size_t size);
  bool key(std::string& value);
  bool end_object();
  bool start_array(std::size_t size);
  bool end_array();
  bool parse_error(std::size_t position, const std::string& last_token,
                   const nlohmann::detail::exception& failure);

  // Why the parser was stopped.
  [[nodiscard]] const std::string& failure() const noexcept { return failure_; }
  [[nodiscard]] Value tree() && { return std::move(root_); }

 private:
  struct Level {
    Value* container;
    std::unordered_set<std::string> keys;  // of an object: ordered_map itself would search linearly
  };

  bool open(Value&& container);
  Value* add(Value&& value);  // nullptr where the limit is reached
  bool stop(std::string why);

  const Limits limits_;
  Value root_;
  std::vector<Level> open_;  // Value* stay valid: a container grows only while it is the innermost
  std::string key_;
  std::size_t values_ = 0;
  std::string failure_;
};

}  // namespace podsysctl::json
