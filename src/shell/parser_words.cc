// SPDX-License-Identifier: Apache-2.0
// Words: quotes, escapes, expansions, here-documents.
#include <algorithm>
#include <optional>
#include <utility>

#include "base/strings.h"
#include "shell/limits.h"
#include "shell/parser.h"

namespace podsysctl::shell {
namespace {

constexpr std::string_view kDelimiters = " \t\n;&|<>()";

std::optional<char> ansi_escape(char c) {
  switch (c) {
    case 'n':
      return '\n';
    case 't':
      return '\t';
    case 'r':
      return '\r';
    case '\\':
    case '\'':
    case '"':
      return c;
    default:
      return std::nullopt;
  }
}

Part opaque(bool is_quoted, std::size_t at) {
  return {Part::Kind::opaque, is_quoted, "", at, nullptr, nullptr};
}

}  // namespace

void Parser::add_text(Word& word, std::string_view text, bool is_quoted, std::size_t at) {
  if (!word.parts.empty() && word.parts.back().kind == Part::Kind::text &&
      word.parts.back().quoted == is_quoted) {
    word.parts.back().text += text;
  } else {
    word.parts.push_back({Part::Kind::text, is_quoted, std::string(text), at, nullptr, nullptr});
  }
}

Word Parser::word() {
  Word word;
  word.at = at_;
  if (starts("<(") || starts(">(")) {
    ++at_;
    substitution(word, false);
    return word;
  }
  while (!at_end() && kDelimiters.find(peek()) == std::string_view::npos) {
    const std::size_t start = at_;
    switch (peek()) {
      case '\'': {
        const std::size_t end = text_.find('\'', at_ + 1);
        if (end == std::string_view::npos) {
          fail("lacks a closing '");
          return word;
        }
        add_text(word, text_.substr(at_ + 1, end - at_ - 1), true, at_ + 1);
        at_ = end + 1;
        break;
      }
      case '"':
        ++at_;
        add_text(word, "", true, at_);
        quoted_run(word, '"', Quoting::quoted);
        break;
      case '\\':
        escape(word, Quoting::bare);
        break;
      case '$':
        dollar(word, Quoting::bare);
        break;
      case '`':
        backticks(word, false);
        break;
      default:
        while (!at_end() &&
               std::string_view(" \t\n;&|<>()'\"\\$`").find(peek()) == std::string_view::npos) {
          ++at_;
        }
        std::string_view run = text_.substr(start, at_ - start);
        if (run.ends_with('\r')) {
          run.remove_suffix(1);  // a script with Windows' line ends
        }
        add_text(word, run, false, start);
    }
  }
  return word;
}

// What stands in double quotes, up to and with the closing one; a here-document's body, to the end
// of the text.
void Parser::quoted_run(Word& word, char end, Quoting quoting) {
  for (;;) {
    const std::size_t start = at_;
    while (!at_end() && peek() != '\\' && peek() != '$' && peek() != '`' &&
           (quoting == Quoting::document || peek() != end)) {
      ++at_;
    }
    add_text(word, text_.substr(start, at_ - start), true, start);
    if (at_end()) {
      if (quoting != Quoting::document) {
        fail("lacks a closing \"");
      }
      return;
    }
    if (quoting != Quoting::document && peek() == end) {
      ++at_;
      return;
    }
    if (peek() == '\\') {
      escape(word, quoting);
    } else if (peek() == '$') {
      dollar(word, quoting);
    } else {
      backticks(word, true);
    }
  }
}

void Parser::escape(Word& word, Quoting quoting) {
  const char next = peek(1);
  const bool is_quoted = quoting != Quoting::bare;
  if (next == '\n') {
    at_ += 2;
    return;
  }
  const bool special =
      next == '$' || next == '`' || next == '\\' || (next == '"' && quoting == Quoting::quoted);
  if (at_ + 1 >= text_.size() || (is_quoted && !special)) {
    add_text(word, "\\", is_quoted, at_);
    ++at_;
    return;
  }
  add_text(word, text_.substr(at_ + 1, 1), true, at_ + 1);
  at_ += 2;
}

void Parser::ansi_quoted(Word& word) {
  at_ += 2;
  const std::size_t start = at_;
  std::string text;
  while (!at_end() && peek() != '\'') {
    if (peek() != '\\') {
      text += peek();
      ++at_;
      continue;
    }
    const std::optional<char> meant = ansi_escape(peek(1));
    if (!meant) {
      fail("has an escape in $'...' that is not read here");
      return;
    }
    text += *meant;
    at_ += 2;
  }
  if (!take("'")) {
    fail("lacks a closing '");
  }
  add_text(word, text, true, start);
}

void Parser::dollar(Word& word, Quoting quoting) {
  const bool is_quoted = quoting != Quoting::bare;
  const std::size_t start = at_;
  const char next = peek(1);
  if (next == '\'' && !is_quoted) {
    return ansi_quoted(word);
  }
  if (next == '"' && !is_quoted) {
    ++at_;
    return;
  }
  if (starts("$((")) {
    ++at_;
    return arithmetic(word, is_quoted);
  }
  if (next == '(') {
    ++at_;
    return substitution(word, is_quoted);
  }
  if (next == '{') {
    at_ += 2;
    return braced(word, is_quoted);
  }
  ++at_;
  std::string_view name = peek_name();
  if (name.empty() && std::string_view("0123456789@*#?$!-").find(next) != std::string_view::npos &&
      next != '\0') {
    name = text_.substr(at_, 1);
  }
  if (name.empty()) {
    return add_text(word, "$", is_quoted, start);
  }
  at_ += name.size();
  word.parts.push_back(
      {Part::Kind::variable, is_quoted, std::string(name), start, nullptr, nullptr});
}

// After "${".
void Parser::braced(Word& word, bool is_quoted) {
  const std::size_t start = at_;
  std::string_view name = peek_name();
  if (name.empty()) {
    name = text_.substr(at_, 1);
  }
  at_ += name.size();
  Part part{Part::Kind::variable, is_quoted, std::string(name), start, nullptr, nullptr};
  const bool defaulted = starts(":-") || starts(":=");
  if (defaulted || peek() == '-' || peek() == '=') {
    at_ += defaulted ? 2 : 1;
    const std::size_t end = text_.find_first_of("}$`\\\"'", at_);
    if (end != std::string_view::npos && text_[end] == '}') {
      part.fallback = std::make_shared<Word>();
      add_text(*part.fallback, text_.substr(at_, end - at_), is_quoted, at_);
      at_ = end;
    } else {
      part.kind = Part::Kind::opaque;
    }
  } else if (peek() != '}') {
    part.kind = Part::Kind::opaque;
  }
  skip_braced();
  word.parts.push_back(std::move(part));
}

// Past the '}' that closes "${", over quotes and inner braces.
void Parser::skip_braced() {
  std::size_t open = 1;
  for (char quote = '\0'; !at_end(); ++at_) {
    const char c = peek();
    if (c == '\\' && quote != '\'') {
      ++at_;
    } else if (quote != '\0') {
      quote = c == quote ? '\0' : quote;
    } else if (c == '\'' || c == '"') {
      quote = c;
    } else if (c == '{') {
      ++open;
    } else if (c == '}' && --open == 0) {
      ++at_;
      return;
    }
  }
  fail("lacks a '}' after \"${\"");
}

// At the '('.
void Parser::substitution(Word& word, bool is_quoted) {
  Part part{Part::Kind::command, is_quoted, "", at_, nullptr, nullptr};
  ++at_;
  if (!enter()) {
    return;
  }
  part.command = sequence();
  --depth_;
  if (!take(")")) {
    fail("lacks a ')' after \"$(\"");
  }
  word.parts.push_back(std::move(part));
}

void Parser::backticks(Word& word, bool is_quoted) {
  const std::size_t start = ++at_;
  std::string inner;
  while (!at_end() && peek() != '`') {
    if (peek() == '\\' && (peek(1) == '`' || peek(1) == '\\' || peek(1) == '$')) {
      ++at_;
    }
    inner += peek();
    ++at_;
  }
  if (!take("`") || !enter()) {
    return fail("lacks a closing `");
  }
  // The tree's offsets are those of the substitution's own text, a little off after an escape.
  Parser parser(inner);
  parser.depth_ = depth_;
  Part part{Part::Kind::command, is_quoted, "", start, nullptr, nullptr};
  part.command = parser.parse();
  --depth_;
  if (parser.fault_) {
    at_ = start;
    return fail(parser.fault_->why);
  }
  word.parts.push_back(std::move(part));
}

// At "((".
void Parser::arithmetic(Word& word, bool is_quoted) {
  const std::size_t start = at_;
  std::size_t open = 0;
  do {
    open += peek() == '(' ? 1U : 0U;
    open -= peek() == ')' ? 1U : 0U;
    ++at_;
  } while (open > 0 && !at_end());
  if (open > 0) {
    return fail("lacks a '))'");
  }
  word.parts.push_back(opaque(is_quoted, start));
}

// The bodies of the here-documents whose line has just ended.
void Parser::read_documents() {
  const std::vector<PendingDocument> documents = std::exchange(pending_, {});
  for (const PendingDocument& document : documents) {
    const std::size_t begin = at_;
    std::size_t end = at_;
    for (bool found = false; !found;) {
      end = at_;
      const std::size_t stop = std::min(text_.find('\n', at_), text_.size());
      std::string_view line = text_.substr(at_, stop - at_);
      if (document.strip_tabs) {
        line.remove_prefix(std::min(line.find_first_not_of('\t'), line.size()));
      }
      found = trim(line) == document.delimiter && line.starts_with(document.delimiter);
      if (!found && stop >= text_.size()) {
        end = text_.size();  // unterminated: the shell takes all of it
        found = true;
      }
      at_ = std::min(stop + 1, text_.size());
    }
    document_body(document, begin, end);
    if (fault_) {
      return;
    }
  }
}

void Parser::document_body(const PendingDocument& document, std::size_t begin, std::size_t end) {
  const std::size_t after = at_;
  if (document.quoted) {
    add_text(*document.body, text_.substr(begin, end - begin), true, begin);
    return;
  }
  const std::string_view whole = std::exchange(text_, text_.substr(0, end));
  at_ = begin;
  quoted_run(*document.body, '\0', Quoting::document);
  text_ = whole;
  at_ = fault_ ? text_.size() : after;
}

}  // namespace podsysctl::shell
