// SPDX-License-Identifier: Apache-2.0
// The tree that a YAML or JSON document becomes: every node knows its line and column.
// Nodes live in the arena of their Document (yaml/reader.h) and are read-only. An alias is the same
// node once more, so the tree is a graph without cycles; the reader bounds its height and its size
// with every alias followed, so walking it naively is safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace podsysctl::yaml {

enum class Kind : std::uint8_t { scalar, sequence, mapping };
enum class Style : std::uint8_t { plain, quoted };  // quoted: '…', "…", | and >; JSON strings

struct Position {
  std::uint32_t line = 0;    // 1-based
  std::uint32_t column = 0;  // 1-based, in characters
  friend bool operator==(const Position&, const Position&) = default;
};

struct Node;

// `name` is the key as a JSON object would spell it, as Kubernetes does: `on: 1` is "true",
// `0x10: 1` is "16".
struct Entry {
  std::string_view name;
  const Node* key = nullptr;
  const Node* value = nullptr;
};

struct Node {
  static constexpr std::size_t kTextUnit = 256;

  Kind kind = Kind::scalar;
  Style style = Style::plain;
  std::uint8_t height = 0;  // levels of collections below, aliases followed
  // Nodes in this subtree, aliases followed, and one for every kTextUnit bytes of text: what
  // copying it naively costs.
  std::uint32_t weight = 1;
  Position at;
  // Behind the last character. Of a block collection line 0: it ends with its last child. Of an
  // alias these are the places of the node that it names, which stands before it.
  Position end;
  std::string_view tag;   // "" where none was written; else long: "tag:yaml.org,2002:str"
  std::string_view text;  // of a scalar
  std::span<const Node* const> items;
  std::span<const Entry> entries;  // in the order of the file, merge keys applied

  // The entry's value, or nullptr. Linear.
  [[nodiscard]] const Node* find(std::string_view name) const noexcept {
    for (const Entry& entry : entries) {
      if (entry.name == name) {
        return entry.value;
      }
    }
    return nullptr;
  }
};

}  // namespace podsysctl::yaml
