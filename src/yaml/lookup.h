// SPDX-License-Identifier: Apache-2.0
// Looks into a tree that nobody has validated: what is absent, null or of another type is simply
// not there. Readers that must say what is wrong use yaml::Value. Thread-safety: pure functions.
#pragma once

#include <string_view>

#include "yaml/node.h"

namespace podsysctl::yaml {

// The text of a string scalar; "" for everything else.
[[nodiscard]] std::string_view string_of(const Node* node) noexcept;
// A field of a mapping; nullptr where it is absent or null, or where `node` is no mapping.
[[nodiscard]] const Node* field_of(const Node* node, std::string_view name) noexcept;
[[nodiscard]] bool is_true(const Node* node) noexcept;
[[nodiscard]] bool is_mapping(const Node* node) noexcept;
[[nodiscard]] bool is_sequence(const Node* node) noexcept;

}  // namespace podsysctl::yaml
