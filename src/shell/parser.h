// SPDX-License-Identifier: Apache-2.0
// Text of a shell script -> tree (POSIX.1-2017, XCU chapter 2, and from bash `[[ ]]`, `(( ))`,
// `<<<`, `&>`, `$'…'`, `<( )`, `function`). At a fault the tree holds what came before it.
// Recursion is bounded by kMaxNesting, time is linear. Thread-safety: one parser, one thread.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "shell/syntax.h"

namespace podsysctl::shell {

class Parser {
 public:
  struct Fault {
    std::size_t at = 0;
    std::string why;
  };

  explicit Parser(std::string_view text) : text_(text) {}

  [[nodiscard]] std::unique_ptr<Node> parse();
  [[nodiscard]] const std::optional<Fault>& fault() const noexcept { return fault_; }

 private:
  struct PendingDocument {
    std::shared_ptr<Word> body;
    std::string delimiter;
    bool quoted = false;
    bool strip_tabs = false;
  };
  enum class Quoting { bare, quoted, document };

  // Commands: parser.cc
  [[nodiscard]] std::unique_ptr<Node> sequence();
  [[nodiscard]] std::unique_ptr<Node> chain();
  [[nodiscard]] std::unique_ptr<Node> pipeline();
  [[nodiscard]] std::unique_ptr<Node> command();
  [[nodiscard]] std::unique_ptr<Node> compound(std::string_view reserved);
  [[nodiscard]] std::unique_ptr<Node> bracketed();
  [[nodiscard]] std::unique_ptr<Node> choice();
  [[nodiscard]] std::unique_ptr<Node> loop(bool until);
  [[nodiscard]] std::unique_ptr<Node> iteration();
  [[nodiscard]] std::unique_ptr<Node> selection();
  [[nodiscard]] std::unique_ptr<Node> function(std::string name);
  [[nodiscard]] std::unique_ptr<Node> simple();
  void test_words(Node& node);
  [[nodiscard]] bool assignment(Node& node);
  [[nodiscard]] bool redirect(std::vector<Redirect>& into);
  void redirect_to_file(Redirect& redirect);
  void here_document(Redirect& redirect, bool strip_tabs);
  [[nodiscard]] bool ends_sequence();
  void expect(std::string_view reserved);
  [[nodiscard]] std::unique_ptr<Node> make(Node::Kind kind) const;

  // Words: parser_words.cc
  [[nodiscard]] Word word();
  void quoted_run(Word& word, char end, Quoting quoting);
  void ansi_quoted(Word& word);
  void escape(Word& word, Quoting quoting);
  void dollar(Word& word, Quoting quoting);
  void braced(Word& word, bool is_quoted);
  void skip_braced();
  void substitution(Word& word, bool is_quoted);
  void backticks(Word& word, bool is_quoted);
  void arithmetic(Word& word, bool is_quoted);
  void add_text(Word& word, std::string_view text, bool is_quoted, std::size_t at);
  void read_documents();
  void document_body(const PendingDocument& document, std::size_t begin, std::size_t end);
  [[nodiscard]] std::string_view peek_name() const;

  // Characters
  void skip_blanks();
  void skip_lines();
  void newline();
  [[nodiscard]] bool at_end() const { return at_ >= text_.size(); }
  [[nodiscard]] char peek(std::size_t ahead = 0) const {
    return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0';
  }
  [[nodiscard]] bool starts(std::string_view what) const {
    return text_.substr(at_).starts_with(what);
  }
  [[nodiscard]] bool take(std::string_view what);
  [[nodiscard]] std::string_view peek_reserved() const;
  void fail(std::string why);
  [[nodiscard]] bool enter();

  std::string_view text_;
  std::size_t at_ = 0;
  std::size_t depth_ = 0;
  std::vector<PendingDocument> pending_;
  std::optional<Fault> fault_;
};

// A NAME by POSIX: letters, digits and '_', no digit first. The longest at the start of the text.
[[nodiscard]] std::string_view name_at_start(std::string_view text);

}  // namespace podsysctl::shell
