// SPDX-License-Identifier: Apache-2.0
// What an Editor adds.
#include <algorithm>

#include "base/strings.h"
#include "edit/editor.h"
#include "yaml/scalar.h"

namespace podsysctl::edit {

using yaml::Kind;
using yaml::Node;

// As the neighbour stands: on a line of its own, in a text with quoted keys.
FlowStyle Editor::flow_style(const Node& collection, const Extent& neighbour) const {
  FlowStyle style;
  const std::string_view text = map_.text();
  style.lines = map_.is_first_in_line(neighbour.begin);
  style.line_break = map_.line_break(neighbour.begin);
  const auto indent_of = [&](std::size_t at) {
    const std::size_t begin = map_.line_begin(at);
    const std::size_t end = std::min(text.find_first_not_of(" \t", begin), text.size());
    return text.substr(begin, end - begin);
  };
  style.indent = indent_of(neighbour.begin);
  const auto outer = map_.offset(collection.at);
  const std::string_view around = outer ? indent_of(*outer) : std::string_view();
  if (style.lines && style.indent.size() > around.size() && style.indent.starts_with(around)) {
    style.step = style.indent.substr(around.size());
  }
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  const bool is_json =
      first != std::string_view::npos && (text[first] == '{' || text[first] == '[');
  style.quoted_keys = collection.entries.empty()
                          ? is_json
                          : collection.entries.front().key->style == yaml::Style::quoted;
  return style;
}

Result<> Editor::add_items(const Node& list, std::span<const Content> items) {
  if (list.kind != Kind::sequence) {
    return refuse(list, "it is no list");
  }
  PSYS_TRY_ASSIGN(const std::vector<Extent> all, extents(list));
  if (all.empty()) {
    return refuse(list, "an empty list");
  }
  const Extent& last = all.back();
  std::string added;
  if (is_flow(list)) {
    FlowStyle style = flow_style(list, last);
    const Node& neighbour = *list.items.back();
    if (!neighbour.entries.empty()) {
      style.quoted_keys = neighbour.entries.front().key->style == yaml::Style::quoted;
    }
    for (const Content& item : items) {
      added +=
          (style.lines ? "," + style.line_break + style.indent : ", ") + flow_value(item, style);
    }
    add(last.end, last.end, std::move(added));
    return {};
  }
  const BlockStyle style = block_style(last.end);
  const std::size_t indent = last.begin - map_.line_begin(last.begin);
  for (const Content& item : items) {
    added += block_item(item, indent, style);
  }
  const std::size_t at = map_.line_end(last.end);
  const bool open_line = at == map_.text().size() && !map_.text().ends_with('\n');
  add(at, at, (open_line ? style.line_break : "") + added);
  return {};
}

Result<> Editor::add_entry_before(const Node& mapping, std::size_t index, std::string_view name,
                                  const Content& content) {
  PSYS_TRY_ASSIGN(const std::vector<Extent> all, extents(mapping));
  if (mapping.kind != Kind::mapping) {
    return refuse(mapping, "it is no mapping");
  }
  const Extent& next = all.at(index);
  if (is_flow(mapping)) {
    const FlowStyle style = flow_style(mapping, next);
    const std::string gap = style.lines ? "," + style.line_break + style.indent : ", ";
    add(next.begin, next.begin, flow_entry(name, content, style) + gap);
    return {};
  }
  if (!map_.is_first_in_line(next.begin)) {
    return add_entry(mapping, name, content);
  }
  const std::size_t indent = next.begin - map_.line_begin(next.begin);
  const std::size_t at = with_comments(next.begin);
  add(at, at, block_entry(name, content, indent, block_style(at)));
  return {};
}

Result<> Editor::add_entry(const Node& mapping, std::string_view name, const Content& content) {
  PSYS_TRY_ASSIGN(const std::vector<Extent> all, extents(mapping));
  if (mapping.kind != Kind::mapping || all.empty()) {
    return refuse(mapping, mapping.kind == Kind::mapping ? "an empty mapping" : "it is no mapping");
  }
  const Extent& last = all.back();
  if (is_flow(mapping)) {
    const FlowStyle style = flow_style(mapping, last);
    const std::string gap = style.lines ? "," + style.line_break + style.indent : ", ";
    add(last.end, last.end, gap + flow_entry(name, content, style));
    return {};
  }
  const BlockStyle style = block_style(last.end);
  const std::size_t column = mapping.entries.front().key->at.column - 1;
  const std::size_t at = map_.line_end(last.end);
  const bool open_line = at == map_.text().size() && !map_.text().ends_with('\n');
  add(at, at, (open_line ? style.line_break : "") + block_entry(name, content, column, style));
  return {};
}

Result<> Editor::fill_entry(const Node& mapping, std::size_t index, const Content& content) {
  PSYS_TRY_ASSIGN(const std::vector<Extent> all, extents(mapping));
  const yaml::Entry& entry = mapping.entries[index];
  const Extent& extent = all.at(index);
  const bool empty = entry.value->items.empty() && entry.value->entries.empty() &&
                     (entry.value->kind != Kind::scalar || yaml::is_null(*entry.value));
  if (!empty) {
    return refuse(*entry.value, "it is not empty");
  }
  if (is_flow(mapping)) {
    PSYS_TRY_ASSIGN(const std::size_t begin, offset(entry.key->at, *entry.key));
    add(begin, extent.end, flow_entry(entry.name, content, flow_style(mapping, extent)));
    return {};
  }
  // The whole line, but for a comment behind it, which goes above.
  const std::size_t indent = entry.key->at.column - 1;
  const BlockStyle style = block_style(extent.begin);
  const std::size_t end = map_.line_end(extent.end);
  const std::string_view rest = trim(map_.text().substr(extent.end, end - extent.end));
  std::string written = block_entry(entry.name, content, indent, style);
  if (rest.starts_with('#')) {
    written = std::string(indent, ' ') + std::string(rest) + style.line_break + written;
  } else if (!rest.empty() && rest != ":") {
    return refuse(*entry.value, "something stands behind it");
  }
  add(extent.begin, end, written.substr(std::min(indent, written.size())));
  return {};
}

Result<Content> Editor::source_of(const Node& value) const {
  PSYS_TRY_ASSIGN(std::size_t begin, offset(value.at, value));
  PSYS_TRY_ASSIGN(std::size_t end, end_of(value));
  Content source;
  source.kind = Content::Kind::source;
  if (is_flow(value)) {
    const std::size_t line = map_.line_begin(begin);
    source.indent = map_.text().find_first_not_of(' ', line) - line;
  } else {
    if (!map_.is_first_in_line(begin)) {
      return refuse(value, "it begins behind something else");
    }
    source.indent = begin - map_.line_begin(begin);
    begin = map_.line_begin(begin);
    while (begin > 0) {  // comments above the first item are about it
      const std::size_t above = map_.line_begin(begin - 1);
      if (!trim(map_.text().substr(above, begin - above)).starts_with('#')) {
        break;
      }
      begin = above;
    }
    end = map_.line_end(end);
  }
  source.text = map_.text().substr(begin, end - begin);
  if (!is_flow(value) && !source.text.ends_with('\n')) {
    source.text += map_.line_break(begin);
  }
  return source;
}

}  // namespace podsysctl::edit
