// SPDX-License-Identifier: Apache-2.0
#include "yaml/value.h"

#include <algorithm>
#include <cmath>

#include "base/strings.h"
#include "yaml/scalar.h"

namespace podsysctl::yaml {
namespace {

constexpr double kLargestExact = 9007199254740992.0;  // 2^53: doubles hold every integer below

bool is_identifier(std::string_view name) {
  constexpr std::size_t kLongest = 64;  // longer ones are shown cut
  return !name.empty() && name.size() <= kLongest && std::ranges::all_of(name, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
  });
}

Scalar scalar_of(const Node& node) {
  return node.kind == Kind::scalar ? resolve(node) : Scalar{ScalarType::unfit};
}

}  // namespace

std::string child_path(std::string_view path, std::string_view name) {
  if (!is_identifier(name)) {
    const std::string shown = in_quotes(name);
    return fmt::format("{}[{}]", path, std::string_view(shown).substr(1, shown.size() - 2));
  }
  return path.empty() ? std::string(name) : fmt::format("{}.{}", path, name);
}

std::string_view type_name(const Node& node) {
  if (node.kind != Kind::scalar) {
    return node.kind == Kind::sequence ? "a list" : "a mapping";
  }
  switch (resolve(node).type) {
    case ScalarType::null:
      return "null";
    case ScalarType::boolean:
      return "a boolean";
    case ScalarType::integer:
    case ScalarType::floating:
      return "a number";
    case ScalarType::string:
      return "a string";
    case ScalarType::unfit:
      break;
  }
  return "of a tag that does not fit";
}

std::optional<Value> Value::find(std::string_view name) const {
  const Node* const found = node_->find(name);
  if (found == nullptr || is_null(*found)) {
    return std::nullopt;
  }
  return Value(*found, child_path(path_, name), source_);
}

Value Value::item(std::size_t index) const {
  return {*node_->items[index], fmt::format("{}[{}]", path_, index), source_};
}

Value Value::field(const Entry& entry) const {
  return {*entry.value, child_path(path_, entry.name), source_};
}

std::string Value::describe(std::string_view message) const {
  const Position where = at();
  if (path_.empty()) {
    return fmt::format("{}:{}:{}: {}", source_, where.line, where.column, message);
  }
  return fmt::format("{}:{}:{}: {}: {}", source_, where.line, where.column, path_, message);
}

Error Value::error(std::string_view message, Code code) const {
  return Error{code, 0, describe(message)};
}

Result<std::string> Value::as_string() const {
  switch (scalar_of(*node_).type) {
    case ScalarType::string:
      return std::string(node_->text);
    case ScalarType::boolean:
    case ScalarType::integer:
    case ScalarType::floating:
      return std::unexpected(
          error(fmt::format("must be a string; write {} in quotes", in_quotes(node_->text))));
    default:
      return std::unexpected(error(fmt::format("must be a string, but is {}", type_name(*node_))));
  }
}

Result<bool> Value::as_bool() const {
  const Scalar scalar = scalar_of(*node_);
  if (scalar.type == ScalarType::boolean) {
    return scalar.boolean;
  }
  if (node_->style == Style::quoted && (node_->text == "true" || node_->text == "false")) {
    return std::unexpected(
        error(fmt::format("must be a boolean; write {} without quotes", node_->text)));
  }
  return std::unexpected(
      error(fmt::format("must be a boolean (true or false), but is {}", type_name(*node_))));
}

Result<std::int64_t> Value::as_int() const {
  const Scalar scalar = scalar_of(*node_);
  if (scalar.type == ScalarType::integer) {
    return scalar.integer;
  }
  // 80.0 and 8e1 reach the Kubernetes API as the JSON number 80.
  if (scalar.type == ScalarType::floating && std::abs(scalar.floating) < kLargestExact &&
      std::floor(scalar.floating) == scalar.floating) {
    return static_cast<std::int64_t>(scalar.floating);
  }
  if (scalar.type == ScalarType::string && node_->style == Style::quoted &&
      parse_number<std::int64_t>(node_->text)) {
    return std::unexpected(
        error(fmt::format("must be a number; write {} without quotes", node_->text)));
  }
  if (scalar.type == ScalarType::floating) {
    return std::unexpected(
        error(fmt::format("must be a whole number of 64 bits, but is {}", in_quotes(node_->text))));
  }
  return std::unexpected(error(fmt::format("must be a number, but is {}", type_name(*node_))));
}

Result<std::vector<Value>> Value::as_list() const {
  if (node_->kind != Kind::sequence) {
    return std::unexpected(error(fmt::format("must be a list, but is {}", type_name(*node_))));
  }
  std::vector<Value> items;
  items.reserve(node_->items.size());
  for (std::size_t i = 0; i < node_->items.size(); ++i) {
    items.push_back(item(i));
  }
  return items;
}

Result<> Value::expect_mapping() const {
  if (node_->kind != Kind::mapping) {
    return std::unexpected(error(fmt::format("must be a mapping, but is {}", type_name(*node_))));
  }
  return {};
}

}  // namespace podsysctl::yaml
