// SPDX-License-Identifier: Apache-2.0
#include "edit/content.h"

#include <algorithm>

#include <fmt/core.h>

#include "base/strings.h"

namespace podsysctl::edit {
namespace {

// A word that no reader takes for anything but a string.
bool is_plain_word(std::string_view text) {
  const auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
  const bool fits = std::ranges::all_of(text, [&](char c) {
    return is_letter(c) || (c >= '0' && c <= '9') || c == '.' || c == '/' || c == '_' || c == '-';
  });
  // One with a dot or a slash in it is no yes, null or the like; a single word needs quotes then.
  return fits && !text.empty() && is_letter(text.front()) &&
         text.find_first_of("./") != std::string_view::npos && !text.ends_with('.');
}

bool is_key_word(std::string_view text) {
  constexpr std::size_t kLongerThanYes = 4;  // no word of YAML but these three is so long
  const bool letters = std::ranges::all_of(
      text, [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); });
  return letters && text.size() >= kLongerThanYes && text != "true" && text != "null" &&
         text != "false";
}

std::string key_text(std::string_view name, bool always_quoted) {
  const bool bare = !always_quoted && (is_key_word(name) || is_plain_word(name));
  return bare ? std::string(name) : double_quoted(name);
}

// Text of several lines, as a literal of YAML.
bool is_literal(std::string_view text) {
  return text.ends_with('\n') && text.find('\n') + 1 < text.size() && text.front() != ' ' &&
         text.front() != '\n' && text.front() != '#' && !text.ends_with("\n\n") &&
         std::ranges::none_of(text, [](char c) { return is_control(c) && c != '\n'; });
}

std::string literal(std::string_view text, std::size_t indent, std::string_view line_break) {
  std::string out = "|" + std::string(line_break);
  for (const std::string_view line : split(text.substr(0, text.size() - 1), '\n')) {
    out += (line.empty() ? "" : std::string(indent, ' ')) + std::string(line);
    out += line_break;
  }
  return out;
}

// Lines of a source, their first `old_indent` blanks replaced by `indent`.
std::string shifted(std::string_view lines, std::size_t old_indent, std::size_t indent,
                    bool first_line_too) {
  std::string out;
  bool first = true;
  for (std::size_t at = 0; at < lines.size();) {
    const std::size_t end = std::min(lines.find('\n', at), lines.size() - 1) + 1;
    const std::string_view line = lines.substr(at, end - at);
    at = end;
    if (first && !first_line_too) {
      out += line;
    } else if (trim(line).empty()) {
      out += line.substr(line.find_first_not_of(" \t"));
    } else {
      const std::size_t blanks = std::min(line.find_first_not_of(' '), old_indent);
      out += std::string(indent, ' ');
      out += line.substr(blanks);
    }
    first = false;
  }
  return out;
}

std::string scalar_text(const Content& content) {
  return content.plain ? content.text : double_quoted(content.text);
}

}  // namespace

Content text_content(std::string text) {
  return {Content::Kind::text, std::move(text), false, 0, {}, {}};
}

Content name_content(std::string text) {
  const bool plain = is_plain_word(text) || is_key_word(text);
  return {Content::Kind::text, std::move(text), plain, 0, {}, {}};
}

std::string double_quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (c == '\n') {
      out += "\\n";
    } else if (c == '\t') {
      out += "\\t";
    } else if (byte < 0x20 || byte == 0x7f) {
      out += fmt::format("\\u{:04x}", byte);
    } else {
      out += c;
    }
  }
  return out + '"';
}

std::string block_entry(std::string_view name, const Content& content, std::size_t indent,
                        const BlockStyle& style) {
  std::string out = std::string(indent, ' ') + key_text(name, false) + ":";
  switch (content.kind) {
    case Content::Kind::text:
      if (is_literal(content.text)) {
        return out + " " + literal(content.text, indent + style.step, style.line_break);
      }
      return out + " " + scalar_text(content) + style.line_break;
    case Content::Kind::list:
      out += style.line_break;
      for (const Content& item : content.items) {
        out += block_item(item, indent + style.dash, style);
      }
      return out;
    case Content::Kind::mapping:
      out += style.line_break;
      for (const auto& [key, value] : content.entries) {
        out += block_entry(key, value, indent + style.step, style);
      }
      return out;
    case Content::Kind::source:
      break;
  }
  return out + style.line_break + shifted(content.text, content.indent, indent + style.dash, true);
}

std::string block_item(const Content& content, std::size_t indent, const BlockStyle& style) {
  const std::string dash = std::string(indent, ' ') + "- ";
  if (content.kind == Content::Kind::source) {
    return shifted(content.text, content.indent, indent, true);
  }
  if (content.kind != Content::Kind::mapping) {
    return dash + scalar_text(content) + style.line_break;
  }
  std::string out;
  for (const auto& [key, value] : content.entries) {
    out += block_entry(key, value, indent + 2, style);
  }
  return dash + out.substr(std::min(dash.size(), out.size()));
}

std::string flow_value(const Content& content, const FlowStyle& style) {
  if (content.kind == Content::Kind::text) {
    return style.quoted_keys ? double_quoted(content.text) : scalar_text(content);
  }
  if (content.kind == Content::Kind::source) {
    return shifted(content.text, content.indent, style.indent.size(), false);
  }
  const bool list = content.kind == Content::Kind::list;
  FlowStyle inner = style;
  inner.indent += style.step;
  std::vector<std::string> parts;
  parts.reserve(content.items.size() + content.entries.size());
  for (const Content& item : content.items) {
    parts.push_back(flow_value(item, inner));
  }
  for (const auto& [key, value] : content.entries) {
    parts.push_back(flow_entry(key, value, inner));
  }
  const std::string separator = style.lines ? "," + style.line_break + inner.indent : ", ";
  const std::string open = style.lines ? style.line_break + inner.indent : "";
  const std::string close = style.lines ? style.line_break + style.indent : "";
  return (list ? "[" : "{") + open + join(parts, separator) + close + (list ? "]" : "}");
}

std::string flow_entry(std::string_view name, const Content& content, const FlowStyle& style) {
  return key_text(name, style.quoted_keys) + ": " + flow_value(content, style);
}

}  // namespace podsysctl::edit
