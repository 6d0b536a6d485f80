// SPDX-License-Identifier: Apache-2.0
#include <utility>

#include <fmt/core.h>

#include "check/split.h"

namespace podsysctl::check {
namespace {

constexpr std::string_view kBlanks = " \t\r\n";

bool is_continuation(char c) { return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U; }

// Walks over JSON without building anything: strings and brackets only.
class JsonWalker {
 public:
  explicit JsonWalker(std::string_view text) : text_(text) {}

  [[nodiscard]] std::size_t at() const noexcept { return at_; }
  [[nodiscard]] yaml::Position position() const noexcept { return here_; }
  [[nodiscard]] bool at_end() const noexcept { return at_ >= text_.size(); }
  [[nodiscard]] char peek() const noexcept { return at_end() ? '\0' : text_[at_]; }

  void step() {
    const char c = text_[at_++];
    if (c == '\n') {
      here_ = {here_.line + 1, 1};
    } else if (c != '\r' && !is_continuation(c)) {
      ++here_.column;
    }
  }

  void skip_blanks() {
    while (!at_end() && kBlanks.find(peek()) != std::string_view::npos) {
      step();
    }
  }

  bool take(char wanted) {
    skip_blanks();
    if (peek() != wanted) {
      return false;
    }
    step();
    return true;
  }

  // The text between the quotes, escapes and all.
  std::optional<std::string_view> take_string() {
    if (!take('"')) {
      return std::nullopt;
    }
    const std::size_t start = at_;
    while (!at_end() && peek() != '"') {
      if (peek() == '\\') {
        step();
      }
      if (!at_end()) {
        step();
      }
    }
    if (at_end()) {
      return std::nullopt;
    }
    const std::string_view inside = text_.substr(start, at_ - start);
    step();
    return inside;
  }

  // One value of any kind. Its inside is not looked at but for strings and depth.
  bool skip_value() {
    skip_blanks();
    std::size_t depth = 0;
    do {
      const char c = peek();
      if (at_end()) {
        return false;
      }
      if (c == '"') {
        if (!take_string()) {
          return false;
        }
      } else if (c == '{' || c == '[') {
        ++depth;
        step();
      } else if (c == '}' || c == ']') {
        if (depth == 0) {
          return false;
        }
        --depth;
        step();
      } else if (depth == 0) {
        return skip_word();
      } else {
        step();
      }
    } while (depth > 0);
    return true;
  }

 private:
  bool skip_word() {
    const std::size_t start = at_;
    while (!at_end() &&
           std::string_view(" \t\r\n,:{}[]\"").find(peek()) == std::string_view::npos) {
      step();
    }
    return at_ > start;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  yaml::Position here_{1, 1};
};

// The items of a list whose '[' was taken, up to and with its ']'.
bool cut_items(JsonWalker& walker, std::string_view text, std::vector<Part>& items) {
  walker.skip_blanks();
  if (walker.take(']')) {
    return true;
  }
  for (;;) {
    walker.skip_blanks();
    const std::size_t start = walker.at();
    const yaml::Position position = walker.position();
    if (items.size() == kMaxCutItems || !walker.skip_value()) {
      return false;
    }
    items.push_back({.text = text.substr(start, walker.at() - start),
                     .start = position,
                     .path = fmt::format("items[{}]", items.size())});
    if (walker.take(']')) {
      return true;
    }
    if (!walker.take(',')) {
      return false;
    }
  }
}

}  // namespace

std::optional<CutList> cut_json_list(std::string_view text) {
  JsonWalker walker(text);
  if (!walker.take('{')) {
    return std::nullopt;
  }
  CutList list;
  bool is_list = false;
  std::size_t items_begin = 0;
  std::size_t items_end = 0;
  do {
    const auto key = walker.take_string();
    if (!key || !walker.take(':')) {
      return std::nullopt;
    }
    walker.skip_blanks();
    const std::size_t start = walker.at();
    if (*key == "items" && items_end == 0 && walker.peek() == '[') {
      walker.step();
      items_begin = walker.at();
      if (!cut_items(walker, text, list.items)) {
        return std::nullopt;
      }
      items_end = walker.at() - 1;
    } else if (!walker.skip_value()) {
      return std::nullopt;
    }
    is_list =
        is_list || (*key == "kind" && text.substr(start, walker.at() - start).ends_with("List\""));
  } while (walker.take(','));
  const bool complete = walker.take('}');
  walker.skip_blanks();
  if (!complete || !walker.at_end() || !is_list || items_end == 0) {
    return std::nullopt;
  }
  list.envelope = std::string(text.substr(0, items_begin)) + std::string(text.substr(items_end));
  return list;
}

}  // namespace podsysctl::check
