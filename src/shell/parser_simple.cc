// SPDX-License-Identifier: Apache-2.0
// Simple commands, assignments and redirections.
#include <algorithm>
#include <utility>

#include <fmt/core.h>

#include "base/strings.h"
#include "shell/parser.h"

namespace podsysctl::shell {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// The text of a word if all of it is known from the script alone.
std::string plain_text(const Word& word) {
  std::string text;
  for (const Part& part : word.parts) {
    text += part.text;
  }
  return text;
}

}  // namespace

std::string_view Parser::peek_name() const {
  return name_at_start(text_.substr(std::min(at_, text_.size())));
}

std::unique_ptr<Node> Parser::simple() {
  auto node = make(Node::Kind::simple);
  if (peek_reserved() == "[[") {
    test_words(*node);
  }
  for (skip_blanks(); !at_end(); skip_blanks()) {
    if (redirect(node->redirects)) {
      continue;
    }
    const char c = peek();
    if (c == '\n' || c == ';' || c == '&' || c == '|' || c == ')') {
      break;
    }
    if (c == '(') {
      if (node->words.size() != 1 || !node->assignments.empty()) {
        fail("has a '(' inside a command");
        break;
      }
      ++at_;
      skip_blanks();
      if (!take(")") || !enter()) {
        fail("has a '(' inside a command");
        break;
      }
      node = function(plain_text(node->words.front()));
      --depth_;
      break;
    }
    if (!node->words.empty() || !assignment(*node)) {
      node->words.push_back(word());
    }
  }
  const bool empty = node->words.empty() && node->assignments.empty() && node->redirects.empty();
  if (node->kind == Node::Kind::simple && empty) {
    fail(at_end()
             ? "ends where a command is expected"
             : fmt::format("has {} where a command is expected", in_quotes(text_.substr(at_, 1))));
  }
  return node;
}

// [[ ... ]]: operators stand where words do.
void Parser::test_words(Node& node) {
  while (!at_end()) {
    for (skip_blanks();
         !at_end() && std::string_view("&|<>()\n;").find(peek()) != std::string_view::npos;
         skip_blanks()) {
      ++at_;
    }
    const std::size_t start = at_;
    if (at_end()) {
      break;
    }
    node.words.push_back(word());
    if (text_.substr(start, at_ - start) == "]]") {
      return;
    }
  }
  fail("lacks a `]]`");
}

bool Parser::assignment(Node& node) {
  const std::string_view name = peek_name();
  const std::string_view after = text_.substr(at_ + name.size(), 2);
  const bool adds = after == "+=";
  if (name.empty() || (!adds && !after.starts_with('='))) {
    return false;
  }
  const std::size_t start = at_;
  at_ += name.size() + (adds ? 2 : 1);
  Assignment made{std::string(name), {}};
  made.value.at = at_;
  if (peek() == '(') {
    ++at_;
    for (skip_lines(); !at_end() && peek() != ')'; skip_lines()) {
      const std::size_t before = at_;
      (void)word();
      if (at_ == before) {
        break;
      }
    }
    if (!take(")")) {
      fail("lacks a ')' after the values of an array");
    }
    made.value.parts.push_back({Part::Kind::opaque, true, "", start, nullptr, nullptr});
  } else if (!at_end() && std::string_view(" \t\n;&|<>()").find(peek()) == std::string_view::npos) {
    made.value = word();
  }
  if (adds) {
    made.value.parts.push_back({Part::Kind::opaque, true, "", start, nullptr, nullptr});
  }
  node.assignments.push_back(std::move(made));
  return true;
}

bool Parser::redirect(std::vector<Redirect>& into) {
  std::size_t digits = 0;
  while (is_digit(peek(digits))) {
    ++digits;
  }
  const char sign = peek(digits);
  const bool both = digits == 0 && (starts("&>"));
  if (digits > 3 || (!both && sign != '<' && sign != '>')) {
    return false;
  }
  Redirect made;
  made.fd = sign == '<' ? 0 : 1;
  if (digits > 0) {
    made.fd = peek() - '0' + (digits > 1 ? 10 : 0);
  }
  at_ += digits + (both ? 1 : 0);
  if (starts("<(") || starts(">(")) {  // a process substitution is a word
    at_ -= digits;
    return false;
  }
  if (take("<<<")) {
    made.kind = Redirect::Kind::document;
    skip_blanks();
    made.body = std::make_shared<Word>(word());
    add_text(*made.body, "\n", true, at_);
  } else if (take("<<-")) {
    here_document(made, true);
  } else if (take("<<")) {
    here_document(made, false);
  } else {
    redirect_to_file(made);
  }
  into.push_back(std::move(made));
  return true;
}

void Parser::redirect_to_file(Redirect& redirect) {
  if (take(">>")) {
    redirect.kind = Redirect::Kind::append;
  } else if (take(">&") || take("<&")) {
    redirect.kind = Redirect::Kind::duplicate;
  } else if (take(">|") || take("<>") || take(">")) {
    redirect.kind = Redirect::Kind::out;
  } else if (take("<")) {
    redirect.kind = Redirect::Kind::in;
  }
  skip_blanks();
  redirect.target = word();
  const std::string target = plain_text(redirect.target);
  if (redirect.kind == Redirect::Kind::duplicate && target != "-" &&
      !std::ranges::all_of(target, is_digit)) {
    redirect.kind = Redirect::Kind::out;  // >& FILE
  }
}

void Parser::here_document(Redirect& redirect, bool strip_tabs) {
  redirect.kind = Redirect::Kind::document;
  redirect.body = std::make_shared<Word>();
  skip_blanks();
  const Word delimiter = word();
  const bool is_quoted = std::ranges::any_of(delimiter.parts, &Part::quoted);
  pending_.push_back({redirect.body, plain_text(delimiter), is_quoted, strip_tabs});
}

}  // namespace podsysctl::shell
