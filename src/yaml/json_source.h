// SPDX-License-Identifier: Apache-2.0
// JSON by the letter of RFC 8259, with positions. JSON is not read as YAML: libyaml refuses escaped
// surrogate pairs ("\uD83D\uDE00"), raw DEL, tabs before the first brace, keys beyond 1024 bytes
// and a line break between a key and its colon, all of which Kubernetes' JSON decoder takes.
// Several values may follow each other, with or without white space between them.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "yaml/event_source.h"

namespace podsysctl::yaml {

class JsonSource final : public EventSource {
 public:
  // `text` has passed check_text() and outlives the source. Its first byte stands at `start`.
  explicit JsonSource(std::string_view text, Position start = {1, 1}) : text_(text), mark_(start) {}

  [[nodiscard]] Result<bool> next_document(TreeBuilder& builder) override;

  // The last error was about the grammar of JSON: the text may still be YAML.
  [[nodiscard]] bool not_json() const noexcept { return not_json_; }

  // Between two documents stands a YAML separator (`---`): the rest is YAML.
  [[nodiscard]] bool yaml_follows();
  [[nodiscard]] std::string_view rest() const { return text_.substr(at_); }
  [[nodiscard]] std::uint32_t line() const noexcept { return mark_.line; }

 private:
  [[nodiscard]] Result<> read_value(TreeBuilder& builder);
  [[nodiscard]] Result<> open_collection(TreeBuilder& builder);
  [[nodiscard]] Result<> read_key(TreeBuilder& builder);
  [[nodiscard]] Result<> close_or_continue(TreeBuilder& builder);
  [[nodiscard]] Result<> read_word(TreeBuilder& builder);
  [[nodiscard]] Result<> read_string(TreeBuilder& builder);
  [[nodiscard]] Result<> read_escape(const TreeBuilder& builder);
  [[nodiscard]] Result<> read_unicode_escape(const TreeBuilder& builder);
  [[nodiscard]] Result<unsigned> read_four_hex(const TreeBuilder& builder);

  [[nodiscard]] std::unexpected<Error> refuse(const TreeBuilder& builder, std::string_view message);
  void skip_blanks();
  [[nodiscard]] char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }
  [[nodiscard]] Position position();

  std::string_view text_;
  std::size_t at_ = 0;
  std::string open_;       // '{' and '[' of the open collections
  bool complete_ = false;  // a value has just ended
  std::string buffer_;     // the string being read
  Position mark_;          // of byte marked_: position() goes on from there
  std::size_t marked_ = 0;
  bool not_json_ = false;
};

}  // namespace podsysctl::yaml
