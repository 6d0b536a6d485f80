// SPDX-License-Identifier: Apache-2.0
#include "yaml/tree_builder.h"

#include <algorithm>
#include <cstring>
#include <limits>
#include <memory>
#include <new>
#include <span>
#include <utility>

#include "base/strings.h"
#include "yaml/scalar.h"
#include "yaml/text_check.h"

namespace podsysctl::yaml {
namespace {

constexpr std::size_t kFirstBlock = std::size_t{16} << 10U;  // holds the tree of most manifests
constexpr std::size_t kLinearScan = 16;  // up to here comparing each with each beats hashing
constexpr std::string_view kMergeTag = "tag:yaml.org,2002:merge";

bool is_merge(const Node& key) {
  return key.kind == Kind::scalar && key.text == "<<" &&
         (key.tag == kMergeTag || (key.tag.empty() && key.style == Style::plain));
}

template <class T>
std::span<const T> copy_into(std::pmr::memory_resource& arena, std::span<const T> items) {
  if (items.empty()) {
    return {};
  }
  auto* const copy = static_cast<T*>(arena.allocate(items.size_bytes(), alignof(T)));
  std::uninitialized_copy(items.begin(), items.end(), copy);
  return {copy, items.size()};
}

void weigh(Node& collection, const Node& child) {
  // Bounded by Limits: nodes + expanded_nodes, see TreeBuilder::spend().
  collection.weight += child.weight;
  const std::uint8_t below = child.kind == Kind::scalar ? 0 : 1;
  collection.height = std::max(collection.height, static_cast<std::uint8_t>(child.height + below));
}

// Entries by name; small sets are searched linearly.
class EntryIndex {
 public:
  // The index of the entry of that name, or `next` after having noted it there.
  std::size_t find_or_note(const std::vector<Entry>& entries, std::string_view name) {
    if (entries.size() <= kLinearScan) {
      const auto found = std::ranges::find(entries, name, &Entry::name);
      return static_cast<std::size_t>(found - entries.begin());
    }
    if (by_name_.empty()) {
      for (std::size_t i = 0; i < entries.size(); ++i) {
        by_name_.emplace(entries[i].name, i);
      }
    }
    return by_name_.emplace(name, entries.size()).first->second;
  }

 private:
  std::unordered_map<std::string_view, std::size_t> by_name_;
};

void set_entry(std::vector<Entry>& entries, EntryIndex& index, const Entry& entry) {
  const std::size_t at = index.find_or_note(entries, entry.name);
  if (at == entries.size()) {
    entries.push_back(entry);
  } else {
    entries[at] = entry;
  }
}

}  // namespace

TreeBuilder::TreeBuilder(std::string_view source, const Limits& limits)
    : source_(source), limits_(limits) {
  // Node::height is a byte, and callers recurse.
  limits_.depth = std::min<std::size_t>(limits_.depth, std::numeric_limits<std::uint8_t>::max());
  reset();
}

void TreeBuilder::reset() {
  arena_ = std::make_unique<std::pmr::monotonic_buffer_resource>(kFirstBlock);
  root_ = nullptr;
  open_.clear();
  pending_.clear();
  anchors_.clear();
  nodes_ = 0;
  expanded_ = 0;
}

TreeBuilder::Tree TreeBuilder::take() {
  Tree tree{std::move(arena_), root_};
  reset();
  return tree;
}

std::unexpected<Error> TreeBuilder::refuse(Position at, std::string_view message) const {
  return error_at(source_, at, message);
}

std::string_view TreeBuilder::keep(std::string_view text) {
  if (text.empty()) {
    return {};
  }
  auto* const copy = static_cast<char*>(arena_->allocate(text.size(), 1));
  std::memcpy(copy, text.data(), text.size());
  return {copy, text.size()};
}

Result<Node*> TreeBuilder::add(Kind kind, Position at, std::string_view anchor,
                               std::string_view tag) {
  if (++nodes_ > limits_.nodes) {
    return refuse(at, fmt::format("more than {} nodes in one document", limits_.nodes));
  }
  void* const place = arena_->allocate(sizeof(Node), alignof(Node));
  Node* const node = new (place) Node{.kind = kind, .at = at, .tag = keep(tag)};
  if (!anchor.empty()) {
    anchors_[std::string(anchor)] = node;
  }
  return node;
}

void TreeBuilder::append(const Node* node) {
  if (open_.empty()) {
    root_ = node;
  } else {
    pending_.push_back(node);
  }
}

Result<> TreeBuilder::scalar(Position at, Position end, std::string_view anchor,
                             std::string_view tag, Style style, std::string_view text) {
  if (text.size() > limits_.scalar_bytes) {
    return refuse(at, fmt::format("a text of {} bytes, more than the {} that are read", text.size(),
                                  limits_.scalar_bytes));
  }
  // Outside quotes there is no way to write one: check_text() refuses the character itself.
  if (style == Style::quoted && text.find('\0') != std::string_view::npos) {
    return refuse(at, "a NUL character (\\0 or \\u0000) is not allowed in a text");
  }
  PSYS_TRY_ASSIGN(Node* const node, add(Kind::scalar, at, anchor, tag));
  node->style = style;
  node->end = end;
  node->text = keep(text);
  node->weight += static_cast<std::uint32_t>(text.size() / Node::kTextUnit);
  append(node);
  return {};
}

Result<> TreeBuilder::begin(Kind collection, Position at, std::string_view anchor,
                            std::string_view tag) {
  if (open_.size() >= limits_.depth) {
    return refuse(at, fmt::format("nested deeper than {} levels", limits_.depth));
  }
  PSYS_TRY_ASSIGN(Node* const node, add(collection, at, anchor, tag));
  append(node);
  open_.push_back({node, pending_.size()});
  return {};
}

Result<> TreeBuilder::end(Position at) {
  const Frame frame = open_.back();
  frame.node->end = at;
  open_.pop_back();
  PSYS_TRY(frame.node->kind == Kind::sequence ? finish_sequence(frame) : finish_mapping(frame));
  pending_.resize(frame.first);
  return {};
}

Result<> TreeBuilder::spend(const Node& node, Position at) {
  expanded_ += node.weight;
  if (expanded_ > limits_.expanded_nodes) {
    return refuse(at, fmt::format("aliases blow this document up to more than {} nodes",
                                  limits_.expanded_nodes));
  }
  return {};
}

Result<> TreeBuilder::alias(Position at, std::string_view anchor) {
  const auto found = anchors_.find(std::string(anchor));
  if (found == anchors_.end()) {
    return refuse(at, fmt::format("alias *{}: there is no anchor &{} before it", anchor, anchor));
  }
  const Node& target = *found->second;
  if (std::ranges::find(open_, &target, &Frame::node) != open_.end()) {
    return refuse(at, fmt::format("alias *{} stands inside the node that it names (line {})",
                                  anchor, target.at.line));
  }
  if (open_.size() + target.height + (target.kind == Kind::scalar ? 0U : 1U) > limits_.depth) {
    return refuse(at, fmt::format("nested deeper than {} levels", limits_.depth));
  }
  PSYS_TRY(spend(target, at));
  append(&target);
  return {};
}

Result<> TreeBuilder::finish_sequence(const Frame& frame) {
  const std::span<const Node* const> items = std::span(pending_).subspan(frame.first);
  for (const Node* const item : items) {
    weigh(*frame.node, *item);
  }
  frame.node->items = copy_into<const Node*>(*arena_, items);
  return {};
}

Result<std::string_view> TreeBuilder::name_of(const Node& key) {
  if (key.kind != Kind::scalar) {
    return refuse(key.at, "a list or mapping cannot be a key");
  }
  const Scalar scalar = resolve(key);
  switch (scalar.type) {
    case ScalarType::null:
      return refuse(key.at, "null cannot be a key; write it in quotes");
    case ScalarType::unfit:
      return refuse(key.at, fmt::format("tag {} does not fit the key {}", in_quotes(key.tag),
                                        in_quotes(key.text)));
    case ScalarType::boolean:
      return std::string_view(scalar.boolean ? "true" : "false");
    case ScalarType::integer:
      return keep(fmt::format("{}", scalar.integer));
    case ScalarType::floating:
    case ScalarType::string:
      break;
  }
  return key.text;
}

Result<> TreeBuilder::read_entries(const Frame& frame, std::vector<Entry>& entries) {
  entries.clear();
  entries.reserve((pending_.size() - frame.first) / 2);
  for (std::size_t i = frame.first; i + 1 < pending_.size(); i += 2) {
    const Node* const key = pending_[i];
    std::string_view name = key->text;
    if (!is_merge(*key)) {
      PSYS_TRY_ASSIGN(name, name_of(*key));
    }
    entries.push_back({name, key, pending_[i + 1]});
  }
  return {};
}

Result<> TreeBuilder::check_duplicates(const std::vector<Entry>& entries) const {
  const auto twice = [&](const Entry& entry, const Entry& first) {
    return refuse(entry.key->at,
                  fmt::format("key {} stands twice in this mapping, first at line {}, column {}",
                              in_quotes(entry.name), first.key->at.line, first.key->at.column));
  };
  if (entries.size() <= kLinearScan) {
    for (auto entry = entries.begin(); entry != entries.end(); ++entry) {
      const auto first = std::find_if(entries.begin(), entry, [&](const Entry& other) {
        return other.name == entry->name && !is_merge(*other.key) && !is_merge(*entry->key);
      });
      if (first != entry) {
        return twice(*entry, *first);
      }
    }
    return {};
  }
  std::unordered_map<std::string_view, const Entry*> seen;
  seen.reserve(entries.size());
  for (const Entry& entry : entries) {
    if (is_merge(*entry.key)) {
      continue;
    }
    const auto [first, is_new] = seen.emplace(entry.name, &entry);
    if (!is_new) {
      return twice(entry, *first->second);
    }
  }
  return {};
}

Result<> TreeBuilder::apply_merges(std::vector<Entry>& entries) {
  if (std::ranges::none_of(entries, [](const Entry& entry) { return is_merge(*entry.key); })) {
    return {};
  }
  std::vector<Entry> merged;
  EntryIndex index;
  const auto take_in = [&](const Node& from, Position at) -> Result<> {
    if (from.kind != Kind::mapping) {
      return refuse(at, "a merge key `<<` takes a mapping or a list of mappings");
    }
    PSYS_TRY(spend(from, at));
    for (const Entry& entry : from.entries) {
      set_entry(merged, index, entry);
    }
    return {};
  };
  for (const Entry& entry : entries) {
    if (!is_merge(*entry.key)) {
      set_entry(merged, index, entry);
    } else if (entry.value->kind == Kind::sequence) {
      // Backwards: among several mappings the first wins.
      for (std::size_t i = entry.value->items.size(); i-- > 0;) {
        PSYS_TRY(take_in(*entry.value->items[i], entry.key->at));
      }
    } else {
      PSYS_TRY(take_in(*entry.value, entry.key->at));
    }
  }
  entries = std::move(merged);
  return {};
}

Result<> TreeBuilder::finish_mapping(const Frame& frame) {
  PSYS_TRY(read_entries(frame, entries_));
  PSYS_TRY(check_duplicates(entries_));
  PSYS_TRY(apply_merges(entries_));
  for (const Entry& entry : entries_) {
    weigh(*frame.node, *entry.key);
    weigh(*frame.node, *entry.value);
  }
  frame.node->entries = copy_into<Entry>(*arena_, entries_);
  return {};
}

}  // namespace podsysctl::yaml
