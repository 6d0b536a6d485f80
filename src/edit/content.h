// SPDX-License-Identifier: Apache-2.0
// New pieces of a manifest: what they hold, and how they are written in the style of the text that
// they go into. Thread-safety: values and pure functions.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace podsysctl::edit {

struct Field;

struct Content {
  enum class Kind : std::uint8_t {
    text,     // a string; written in double quotes unless `plain`
    list,     // items
    mapping,  // entries
    source,   // taken from the text as it stands: whole lines of a block, or a flow collection
  };
  Kind kind = Kind::text;
  std::string text;
  bool plain = false;
  std::size_t indent = 0;  // of a source: the blanks before it
  std::vector<Content> items;
  std::vector<Field> entries;
};

// One entry of a mapping.
struct Field {
  std::string name;
  Content value;
};

[[nodiscard]] Content text_content(std::string text);
// A name that needs no quotes where it is a plain word.
[[nodiscard]] Content name_content(std::string text);

struct BlockStyle {
  std::size_t step = 2;  // of a mapping in a mapping
  std::size_t dash = 0;  // of a list in a mapping: 0 or step
  std::string line_break = "\n";
};

// "NAME: …" as lines of a block mapping indented by `indent`, each with its line break.
[[nodiscard]] std::string block_entry(std::string_view name, const Content& content,
                                      std::size_t indent, const BlockStyle& style);
// "- …" likewise; `indent` is the dash's.
[[nodiscard]] std::string block_item(const Content& content, std::size_t indent,
                                     const BlockStyle& style);

struct FlowStyle {
  bool quoted_keys = true;  // JSON
  bool lines = false;       // an entry a line
  std::string indent;       // of the line that the content starts in
  std::string step = "  ";
  std::string line_break = "\n";
};

[[nodiscard]] std::string flow_entry(std::string_view name, const Content& content,
                                     const FlowStyle& style);
[[nodiscard]] std::string flow_value(const Content& content, const FlowStyle& style);

// A string in double quotes that YAML and JSON read alike.
[[nodiscard]] std::string double_quoted(std::string_view text);

}  // namespace podsysctl::edit
