// SPDX-License-Identifier: Apache-2.0
#include "json/tree_builder.h"

#include <utility>

#include <fmt/core.h>

#include "base/strings.h"

namespace podsysctl::json {

bool TreeBuilder::stop(std::string why) {
  failure_ = std::move(why);
  return false;
}

Value* TreeBuilder::add(Value&& value) {
  if (++values_ > limits_.values) {
    stop(fmt::format("more than {} values", limits_.values));
    return nullptr;
  }
  if (open_.empty()) {
    root_ = std::move(value);
    return &root_;
  }
  Value& container = *open_.back().container;
  if (container.is_array()) {
    container.push_back(std::move(value));
    return &container.back();
  }
  auto& members = container.get_ref<Value::object_t&>();
  members.emplace_back(std::move(key_), std::move(value));
  return &members.back().second;
}

bool TreeBuilder::open(Value&& container) {
  if (open_.size() >= limits_.depth) {
    return stop(fmt::format("nested deeper than {} levels", limits_.depth));
  }
  Value* const added = add(std::move(container));
  if (added == nullptr) {
    return false;
  }
  open_.push_back(Level{added, {}});
  return true;
}

bool TreeBuilder::null() { return add(Value()) != nullptr; }
bool TreeBuilder::boolean(bool value) { return add(Value(value)) != nullptr; }
bool TreeBuilder::number_integer(Value::number_integer_t value) {
  return add(Value(value)) != nullptr;
}
bool TreeBuilder::number_unsigned(Value::number_unsigned_t value) {
  return add(Value(value)) != nullptr;
}
bool TreeBuilder::number_float(Value::number_float_t value, const std::string& /*text*/) {
  return add(Value(value)) != nullptr;
}
bool TreeBuilder::string(std::string& value) { return add(Value(std::move(value))) != nullptr; }
bool TreeBuilder::binary(Value::binary_t& /*value*/) { return stop("binary values are no JSON"); }

bool TreeBuilder::start_object(std::size_t /*size*/) { return open(Value::object()); }
bool TreeBuilder::start_array(std::size_t /*size*/) { return open(Value::array()); }

bool TreeBuilder::key(std::string& value) {
  if (!open_.back().keys.insert(value).second) {
    return stop(fmt::format("the key {} stands twice in one object", in_quotes(value)));
  }
  key_ = std::move(value);
  return true;
}

bool TreeBuilder::end_object() {
  open_.pop_back();
  return true;
}

bool TreeBuilder::end_array() {
  open_.pop_back();
  return true;
}

bool TreeBuilder::parse_error(std::size_t position, const std::string& last_token,
                              const nlohmann::detail::exception& /*failure*/) {
  return stop(
      fmt::format("no valid JSON at byte {}, near {}", position, in_quotes(last_token, 40)));
}

}  // namespace podsysctl::json
