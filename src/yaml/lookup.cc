// SPDX-License-Identifier: Apache-2.0
#include "yaml/lookup.h"

#include "yaml/scalar.h"

namespace podsysctl::yaml {

std::string_view string_of(const Node* node) noexcept {
  if (node == nullptr || node->kind != Kind::scalar || resolve(*node).type != ScalarType::string) {
    return {};
  }
  return node->text;
}

const Node* field_of(const Node* node, std::string_view name) noexcept {
  const Node* const found = node == nullptr ? nullptr : node->find(name);
  return found == nullptr || is_null(*found) ? nullptr : found;
}

bool is_true(const Node* node) noexcept {
  if (node == nullptr || node->kind != Kind::scalar) {
    return false;
  }
  const Scalar scalar = resolve(*node);
  return scalar.type == ScalarType::boolean && scalar.boolean;
}

bool is_mapping(const Node* node) noexcept {
  return node != nullptr && node->kind == Kind::mapping;
}

bool is_sequence(const Node* node) noexcept {
  return node != nullptr && node->kind == Kind::sequence;
}

}  // namespace podsysctl::yaml
