// SPDX-License-Identifier: Apache-2.0
#include "edit/editor.h"

#include <algorithm>

#include <fmt/core.h>

#include "base/strings.h"
#include "yaml/scalar.h"

namespace podsysctl::edit {
namespace {

using yaml::Entry;
using yaml::Kind;
using yaml::Node;
using yaml::Position;

bool is_before(Position left, Position right) {
  return left.line != right.line ? left.line < right.line : left.column < right.column;
}

bool is_block(const Node& node) { return node.kind != Kind::scalar && node.end.line == 0; }

std::size_t size_of(const Node& collection) {
  return collection.kind == Kind::sequence ? collection.items.size() : collection.entries.size();
}

// Looks for how a document indents: the first mapping in a mapping, the first list in one.
struct StyleFinder {
  std::size_t step = 0;
  bool has_dash = false;
  std::size_t dash = 0;

  void look(const Node& node, std::size_t depth) {
    constexpr std::size_t kDeep = 12;
    if (depth > kDeep || !is_block(node) || (step != 0 && has_dash)) {
      return;
    }
    for (const Node* const item : node.items) {
      look(*item, depth + 1);
    }
    for (const Entry& entry : node.entries) {
      const std::size_t column = entry.key->at.column;
      const Node& value = *entry.value;
      if (is_block(value) && is_before(entry.key->at, value.at) && value.at.column >= column) {
        if (value.kind == Kind::sequence) {
          dash = has_dash ? dash : value.at.column - column;
          has_dash = true;
        } else if (step == 0) {
          step = value.at.column - column;
        }
      }
      look(value, depth + 1);
    }
  }
};

}  // namespace

std::unexpected<Error> Editor::refuse(const Node& node, std::string_view why) const {
  return Error::of(Code::unsupported, "line {}, column {}: {}", node.at.line, node.at.column, why);
}

Result<std::size_t> Editor::offset(Position at, const Node& of) const {
  const auto found = map_.offset(at);
  if (!found) {
    return refuse(of, "its place in the text cannot be told");
  }
  return *found;
}

void Editor::open(const yaml::Document& document) {
  shared_.clear();
  std::unordered_set<const Node*> seen;
  std::vector<const Node*> open{&document.root()};
  while (!open.empty()) {
    const Node* const node = open.back();
    open.pop_back();
    if (!seen.insert(node).second) {
      shared_.insert(node);
      continue;
    }
    open.insert(open.end(), node->items.begin(), node->items.end());
    for (const Entry& entry : node->entries) {
      open.push_back(entry.value);
    }
  }
  StyleFinder finder;
  finder.look(document.root(), 0);
  style_.step = finder.step == 0 ? 2 : finder.step;
  style_.dash = finder.has_dash ? finder.dash : 0;
}

// A node that an alias names is several places at once, and what a merge key brings stands
// elsewhere.
Result<> Editor::check_editable(const Node& node) const {
  if (shared_.contains(&node)) {
    return refuse(node, "an alias uses this node elsewhere");
  }
  for (const Entry& entry : node.entries) {
    if (is_before(entry.key->at, node.at)) {
      return refuse(node, "a merge key brings entries from elsewhere");
    }
  }
  return {};
}

Result<std::size_t> Editor::end_of_entry(const Node& mapping, const Entry& entry) const {
  if (is_before(entry.value->at, entry.key->at)) {
    return refuse(mapping, "an alias stands here");
  }
  if (shared_.contains(entry.value)) {
    return refuse(*entry.value, "an alias uses this node elsewhere");
  }
  return end_of(*entry.value);
}

Result<std::size_t> Editor::end_of(const Node& node) const {
  const Node* last = &node;
  while (is_block(*last)) {
    PSYS_TRY(check_editable(*last));
    if (size_of(*last) == 0) {
      return refuse(*last, "its end cannot be told");
    }
    const Node* const child =
        last->kind == Kind::sequence ? last->items.back() : last->entries.back().value;
    if (is_before(child->at, last->at) || shared_.contains(child)) {
      return refuse(*last, "an alias stands here");
    }
    last = child;
  }
  PSYS_TRY_ASSIGN(std::size_t end, offset(last->end, *last));
  PSYS_TRY_ASSIGN(const std::size_t begin, offset(last->at, *last));
  // A block scalar ends where the next thing begins.
  while (end > begin && (map_.text()[end - 1] == '\n' || map_.text()[end - 1] == '\r' ||
                         map_.text()[end - 1] == ' ')) {
    --end;
  }
  return end;
}

// Of an item of a block list: the place of its '-'.
Result<std::size_t> Editor::dash_of(const Node& item) const {
  PSYS_TRY_ASSIGN(const std::size_t begin, offset(item.at, item));
  const std::size_t dash =
      begin == 0 ? std::string_view::npos : map_.text().find_last_not_of(" \t\r\n", begin - 1);
  if (dash == std::string_view::npos || map_.text()[dash] != '-') {
    return refuse(item, "the '-' before it cannot be found");
  }
  return dash;
}

Result<std::vector<Editor::Extent>> Editor::extents(const Node& collection) const {
  PSYS_TRY(check_editable(collection));
  std::vector<Extent> all;
  for (const Node* const item : collection.items) {
    if (is_before(item->at, collection.at) || shared_.contains(item)) {
      return refuse(collection, "an alias stands in this list");
    }
    PSYS_TRY_ASSIGN(const std::size_t begin,
                    is_flow(collection) ? offset(item->at, *item) : dash_of(*item));
    PSYS_TRY_ASSIGN(const std::size_t end, end_of(*item));
    all.push_back({begin, end});
  }
  for (const Entry& entry : collection.entries) {
    PSYS_TRY_ASSIGN(const std::size_t begin, offset(entry.key->at, *entry.key));
    PSYS_TRY_ASSIGN(const std::size_t end, end_of_entry(collection, entry));
    const std::size_t before = begin == 0 ? begin : map_.text().find_last_not_of(" \t", begin - 1);
    if (before < map_.text().size() && map_.text()[before] == '?') {
      return refuse(*entry.key, "a key with a '?' before it");
    }
    PSYS_TRY_ASSIGN(const std::size_t key_end, offset(entry.key->end, *entry.key));
    all.push_back({begin, std::max(end, key_end)});
  }
  return all;
}

// The start of the lines of comment right above, at the same indentation.
std::size_t Editor::with_comments(std::size_t begin) const {
  const std::size_t first = map_.line_begin(begin);
  const std::size_t indent = begin - first;
  std::size_t start = first;
  while (start > 0) {
    const std::size_t above = map_.line_begin(start - 1);
    const std::string_view line = map_.text().substr(above, start - above);
    if (line.find_first_not_of(' ') != indent || line[indent] != '#') {
      break;
    }
    start = above;
  }
  return start;
}

void Editor::remove_run(const Node& collection, const std::vector<Extent>& all, std::size_t first,
                        std::size_t last) {
  const bool is_last = last + 1 == all.size();
  if (!is_flow(collection) && map_.is_first_in_line(all[first].begin)) {
    for (std::size_t i = first; i <= last; ++i) {
      add(with_comments(all[i].begin), map_.line_end(all[i].end), "");
    }
  } else if (!is_last) {
    add(all[first].begin, all[last + 1].begin, "");
  } else {
    add(all[first - 1].end, all[last].end, "");
  }
}

Result<> Editor::remove(const Node& collection, std::span<const std::size_t> which) {
  if (which.size() >= size_of(collection)) {
    return refuse(collection, "nothing would be left");
  }
  PSYS_TRY_ASSIGN(const std::vector<Extent> all, extents(collection));
  for (std::size_t i = 0; i < which.size();) {
    std::size_t next = i + 1;
    while (next < which.size() && which[next] == which[next - 1] + 1) {
      ++next;
    }
    remove_run(collection, all, which[i], which[next - 1]);
    i = next;
  }
  return {};
}

Result<> Editor::remove_items(const Node& list, std::span<const std::size_t> which) {
  return remove(list, which);
}

Result<> Editor::remove_entries(const Node& mapping, std::span<const std::size_t> which) {
  return remove(mapping, which);
}

Result<> Editor::remove_all_entries(const Node& mapping) {
  PSYS_TRY_ASSIGN(const std::vector<Extent> all, extents(mapping));
  if (is_flow(mapping) || all.empty() || !map_.is_first_in_line(all.front().begin)) {
    return refuse(mapping, "nothing would be left on its line");
  }
  remove_run(mapping, all, 0, all.size() - 1);
  return {};
}

Result<> Editor::replace_scalar(const Node& scalar, std::string_view value) {
  PSYS_TRY(check_editable(scalar));
  PSYS_TRY_ASSIGN(const std::size_t begin, offset(scalar.at, scalar));
  PSYS_TRY_ASSIGN(const std::size_t end, end_of(scalar));
  const std::string_view old = map_.text().substr(begin, end - begin);
  if (old.starts_with('&') || old.starts_with('!')) {
    return refuse(scalar, "it has an anchor or a tag");
  }
  // After "key:" without a value there is no blank yet.
  const bool touches = begin > 0 && map_.text()[begin - 1] == ':' && begin == end;
  add(begin, end, (touches ? " " : "") + double_quoted(value));
  return {};
}

BlockStyle Editor::block_style(std::size_t at) const {
  BlockStyle style = style_;
  style.line_break = map_.line_break(at);
  return style;
}

}  // namespace podsysctl::edit
