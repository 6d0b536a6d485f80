// SPDX-License-Identifier: Apache-2.0
// Parser events -> Node tree in an arena, with every limit in one place: depth, nodes, scalar size,
// size with aliases followed. Refuses duplicate keys (naming both places), unknown anchors and an
// alias inside the node that it names. Applies merge keys `<<` in the order of the file, as
// Kubernetes' parser does: what stands later wins, in a list of mappings the first.
// Errors: "SOURCE:LINE:COLUMN: message". Thread-safety: one builder, one thread.
#pragma once

#include <cstddef>
#include <memory>
#include <memory_resource>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/result.h"
#include "yaml/node.h"

namespace podsysctl::yaml {

struct Limits {
  std::size_t input_bytes = std::size_t{64} << 20U;
  std::size_t depth = 64;
  std::size_t nodes = 1'000'000;           // of one document
  std::size_t expanded_nodes = 1'000'000;  // that aliases and merge keys add to one document
  std::size_t scalar_bytes = std::size_t{2} << 20U;
};

class TreeBuilder {
 public:
  TreeBuilder(std::string_view source, const Limits& limits);

  [[nodiscard]] Result<> scalar(Position at, Position end, std::string_view anchor,
                                std::string_view tag, Style style, std::string_view text);
  [[nodiscard]] Result<> begin(Kind collection, Position at, std::string_view anchor,
                               std::string_view tag);
  [[nodiscard]] Result<> end(Position at);  // of the innermost collection; see Node::end
  [[nodiscard]] Result<> alias(Position at, std::string_view anchor);

  // The finished tree and the arena that it lives in; the builder starts anew.
  struct Tree {
    std::unique_ptr<std::pmr::monotonic_buffer_resource> arena;
    const Node* root = nullptr;
  };
  [[nodiscard]] Tree take();
  void reset();  // forget a half-built tree

  [[nodiscard]] std::string_view source() const noexcept { return source_; }

 private:
  struct Frame {
    Node* node;
    std::size_t first;  // of its children in pending_
  };

  [[nodiscard]] Result<Node*> add(Kind kind, Position at, std::string_view anchor,
                                  std::string_view tag);
  void append(const Node* node);
  [[nodiscard]] Result<> spend(const Node& node, Position at);
  [[nodiscard]] Result<> finish_sequence(const Frame& frame);
  [[nodiscard]] Result<> finish_mapping(const Frame& frame);
  [[nodiscard]] Result<> read_entries(const Frame& frame, std::vector<Entry>& entries);
  [[nodiscard]] Result<> check_duplicates(const std::vector<Entry>& entries) const;
  [[nodiscard]] Result<> apply_merges(std::vector<Entry>& entries);
  [[nodiscard]] Result<std::string_view> name_of(const Node& key);
  [[nodiscard]] std::unexpected<Error> refuse(Position at, std::string_view message) const;
  [[nodiscard]] std::string_view keep(std::string_view text);

  std::string source_;
  Limits limits_;
  std::unique_ptr<std::pmr::monotonic_buffer_resource> arena_;
  const Node* root_ = nullptr;
  std::vector<Frame> open_;
  std::vector<Entry> entries_;        // of the mapping that ends; kept for its memory
  std::vector<const Node*> pending_;  // children of all open collections, keys and values in turn
  // An open collection's anchor is in the map from its start, so that an alias inside it is found
  // and refused.
  std::unordered_map<std::string, const Node*> anchors_;
  std::size_t nodes_ = 0;
  std::size_t expanded_ = 0;
};

}  // namespace podsysctl::yaml
