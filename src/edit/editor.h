// SPDX-License-Identifier: Apache-2.0
// Changes to a YAML or JSON text by the nodes that were read from it. Only what is changed is
// touched: comments, order, indentation and line ends of everything else stay byte for byte. A
// comment right above something that is removed, with its indentation, goes with it.
// Errors: unsupported where the text's layout does not let a change stay local (merge keys,
// aliases, complex keys); the caller then leaves the text alone. Nothing is changed before
// apply_edits(). Thread-safety: one editor, one thread.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "base/result.h"
#include "edit/content.h"
#include "edit/edits.h"
#include "edit/text_map.h"
#include "yaml/node.h"
#include "yaml/reader.h"

namespace podsysctl::edit {

class Editor {
 public:
  explicit Editor(std::string_view text) : map_(text) {}

  // Before changes to a document's nodes: finds those that stand for several places (aliases).
  void open(const yaml::Document& document);

  // A scalar becomes a string in double quotes.
  [[nodiscard]] Result<> replace_scalar(const yaml::Node& scalar, std::string_view value);

  // Some of the items or entries, by index in ascending order: not all of them.
  [[nodiscard]] Result<> remove_items(const yaml::Node& list, std::span<const std::size_t> which);
  [[nodiscard]] Result<> remove_entries(const yaml::Node& mapping,
                                        std::span<const std::size_t> which);

  // All of them, after another was added: of a block mapping only.
  [[nodiscard]] Result<> remove_all_entries(const yaml::Node& mapping);

  // Behind the last item of a list that has some.
  [[nodiscard]] Result<> add_items(const yaml::Node& list, std::span<const Content> items);
  // Before the entry `index` of a mapping, or behind its last one.
  [[nodiscard]] Result<> add_entry_before(const yaml::Node& mapping, std::size_t index,
                                          std::string_view name, const Content& content);
  [[nodiscard]] Result<> add_entry(const yaml::Node& mapping, std::string_view name,
                                   const Content& content);
  // The entry's value, which is null or an empty list or mapping, becomes `content`.
  [[nodiscard]] Result<> fill_entry(const yaml::Node& mapping, std::size_t index,
                                    const Content& content);

  // A value as it stands, for another place of the same text.
  [[nodiscard]] Result<Content> source_of(const yaml::Node& value) const;

  // Taken over from another editor of the same text.
  [[nodiscard]] const std::vector<Edit>& edits() const noexcept { return edits_; }
  // Forgets what was changed since edits() had this many.
  void take_back(std::size_t count) { edits_.resize(count); }
  [[nodiscard]] const TextMap& map() const noexcept { return map_; }

 private:
  struct Extent {
    std::size_t begin = 0;
    std::size_t end = 0;
  };

  [[nodiscard]] std::unexpected<Error> refuse(const yaml::Node& node, std::string_view why) const;
  [[nodiscard]] Result<std::size_t> offset(yaml::Position at, const yaml::Node& of) const;
  [[nodiscard]] Result<> check_editable(const yaml::Node& node) const;
  [[nodiscard]] Result<std::size_t> end_of(const yaml::Node& node) const;
  [[nodiscard]] Result<std::size_t> end_of_entry(const yaml::Node& mapping,
                                                 const yaml::Entry& entry) const;
  [[nodiscard]] Result<std::size_t> dash_of(const yaml::Node& item) const;
  [[nodiscard]] Result<std::vector<Extent>> extents(const yaml::Node& collection) const;
  [[nodiscard]] Result<> remove(const yaml::Node& collection, std::span<const std::size_t> which);
  void remove_run(const yaml::Node& collection, const std::vector<Extent>& all, std::size_t first,
                  std::size_t last);
  [[nodiscard]] std::size_t with_comments(std::size_t begin) const;
  [[nodiscard]] BlockStyle block_style(std::size_t at) const;
  [[nodiscard]] FlowStyle flow_style(const yaml::Node& collection, const Extent& neighbour) const;
  void add(std::size_t begin, std::size_t end, std::string text) {
    edits_.push_back({begin, end, std::move(text)});
  }

  TextMap map_;
  std::vector<Edit> edits_;
  std::unordered_set<const yaml::Node*> shared_;
  BlockStyle style_;
};

// A block collection has no brackets.
[[nodiscard]] inline bool is_flow(const yaml::Node& collection) {
  return collection.kind != yaml::Kind::scalar && collection.end.line != 0;
}

}  // namespace podsysctl::edit
