// SPDX-License-Identifier: Apache-2.0
#include "shell/parser.h"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/core.h>

#include "base/strings.h"
#include "shell/limits.h"

namespace podsysctl::shell {
namespace {

constexpr std::string_view kDelimiters = " \t\n;&|<>()";

constexpr std::array<std::string_view, 8> kEnders{"then", "fi",   "do",   "done",
                                                  "else", "elif", "esac", "}"};
constexpr std::array<std::string_view, 9> kOpeners{"if", "while",    "until", "for", "case",
                                                   "{",  "function", "!",     "[["};

template <std::size_t N>
bool is_one_of(std::string_view word, const std::array<std::string_view, N>& words) {
  return std::ranges::find(words, word) != words.end();
}

}  // namespace

std::string_view name_at_start(std::string_view text) {
  const auto fits = [](char c, bool first) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
           (!first && c >= '0' && c <= '9');
  };
  std::size_t length = 0;
  while (length < text.size() && fits(text[length], length == 0)) {
    ++length;
  }
  return text.substr(0, length);
}

void Parser::fail(std::string why) {
  if (!fault_) {
    fault_ = Fault{std::min(at_, text_.size()), std::move(why)};
  }
  at_ = text_.size();  // everything unwinds
}

bool Parser::enter() {
  if (depth_ >= kMaxNesting) {
    fail(fmt::format("is nested deeper than {} levels", kMaxNesting));
    return false;
  }
  ++depth_;
  return true;
}

bool Parser::take(std::string_view what) {
  if (!starts(what)) {
    return false;
  }
  at_ += what.size();
  return true;
}

void Parser::skip_blanks() {
  for (;;) {
    if (peek() == ' ' || peek() == '\t' || peek() == '\r') {
      ++at_;
    } else if (starts("\\\n")) {
      at_ += 2;
    } else if (starts("\\\r\n")) {
      at_ += 3;
    } else if (peek() == '#') {
      at_ = std::min(text_.find('\n', at_), text_.size());
    } else {
      return;
    }
  }
}

void Parser::newline() {
  ++at_;
  if (!pending_.empty()) {
    read_documents();
  }
}

void Parser::skip_lines() {
  for (skip_blanks(); peek() == '\n'; skip_blanks()) {
    newline();
  }
}

// The word here, if it is spelt as reserved words are: not quoted, followed by a delimiter.
std::string_view Parser::peek_reserved() const {
  const std::string_view rest = text_.substr(std::min(at_, text_.size()), 10);
  const std::string_view word =
      rest.substr(0, std::min(rest.find_first_of(kDelimiters), rest.size()));
  return is_one_of(word, kEnders) || is_one_of(word, kOpeners) || word == "in" ? word
                                                                               : std::string_view();
}

std::unique_ptr<Node> Parser::make(Node::Kind kind) const {
  auto node = std::make_unique<Node>();
  node->kind = kind;
  node->at = at_;
  return node;
}

std::unique_ptr<Node> Parser::parse() {
  std::unique_ptr<Node> script = sequence();
  if (!at_end()) {
    fail(fmt::format("has {} where a command is expected", in_quotes(text_.substr(at_, 1))));
  }
  return script;
}

bool Parser::ends_sequence() {
  return at_end() || peek() == ')' || starts(";;") || is_one_of(peek_reserved(), kEnders);
}

std::unique_ptr<Node> Parser::sequence() {
  auto node = make(Node::Kind::sequence);
  for (;;) {
    skip_lines();
    if (ends_sequence()) {
      return node;
    }
    node->children.push_back(chain());
    skip_blanks();
    if (!starts(";;") && (peek() == ';' || peek() == '&')) {
      ++at_;
    } else if (peek() != '\n' && !ends_sequence()) {
      fail(fmt::format("has {} after a command", in_quotes(text_.substr(at_, 1))));
    }
  }
}

std::unique_ptr<Node> Parser::chain() {
  auto node = make(Node::Kind::chain);
  for (;;) {
    node->children.push_back(pipeline());
    skip_blanks();
    if (take("&&")) {
      node->operators.push_back(Node::Operator::both);
    } else if (take("||")) {
      node->operators.push_back(Node::Operator::either);
    } else {
      break;
    }
    skip_lines();
  }
  return node->children.size() == 1 ? std::move(node->children.front()) : std::move(node);
}

std::unique_ptr<Node> Parser::pipeline() {
  auto node = make(Node::Kind::pipeline);
  skip_blanks();
  while (peek_reserved() == "!") {
    ++at_;
    node->negated = !node->negated;
    skip_blanks();
  }
  for (;;) {
    node->children.push_back(command());
    skip_blanks();
    if (starts("||") || !take("|")) {
      break;
    }
    (void)take("&");
    skip_lines();
  }
  if (node->children.size() == 1 && !node->negated) {
    return std::move(node->children.front());
  }
  return node;
}

std::unique_ptr<Node> Parser::command() {
  skip_blanks();
  const std::string_view reserved = peek_reserved();
  std::unique_ptr<Node> node;
  if (peek() == '(') {
    node = bracketed();
  } else if (!reserved.empty() && reserved != "in" && reserved != "[[") {
    node = compound(reserved);
  } else {
    return simple();
  }
  skip_blanks();
  while (redirect(node->redirects)) {
    skip_blanks();
  }
  return node;
}

std::unique_ptr<Node> Parser::bracketed() {
  if (starts("((")) {
    auto node = make(Node::Kind::opaque);
    Word ignored;
    arithmetic(ignored, false);
    return node;
  }
  auto node = make(Node::Kind::subshell);
  ++at_;
  if (enter()) {
    node->children.push_back(sequence());
    --depth_;
    if (!take(")")) {
      fail("lacks a ')'");
    }
  }
  return node;
}

std::unique_ptr<Node> Parser::compound(std::string_view reserved) {
  const std::size_t start = at_;
  at_ += reserved.size();
  if (is_one_of(reserved, kEnders)) {
    at_ = start;
    fail(fmt::format("has a `{}` that nothing opens", reserved));
    return make(Node::Kind::sequence);
  }
  if (!enter()) {
    return make(Node::Kind::sequence);
  }
  std::unique_ptr<Node> node;
  if (reserved == "if") {
    node = choice();
  } else if (reserved == "while" || reserved == "until") {
    node = loop(reserved == "until");
  } else if (reserved == "for") {
    node = iteration();
  } else if (reserved == "case") {
    node = selection();
  } else if (reserved == "function") {
    skip_blanks();
    const std::string name(peek_name());
    at_ += name.size();
    skip_blanks();
    (void)take("()");
    node = function(name);
  } else {
    node = make(Node::Kind::group);
    node->children.push_back(sequence());
    expect("}");
  }
  node->at = start;
  --depth_;
  return node;
}

void Parser::expect(std::string_view reserved) {
  skip_lines();
  if (peek_reserved() == reserved) {
    at_ += reserved.size();
  } else if (!fault_) {
    fail(fmt::format("lacks a `{}`", reserved));
  }
}

std::unique_ptr<Node> Parser::choice() {
  auto node = make(Node::Kind::choice);
  for (;;) {
    node->children.push_back(sequence());
    expect("then");
    node->children.push_back(sequence());
    if (peek_reserved() != "elif") {
      break;
    }
    at_ += std::string_view("elif").size();
  }
  if (peek_reserved() == "else") {
    at_ += std::string_view("else").size();
    node->has_else = true;
    node->children.push_back(sequence());
  }
  expect("fi");
  return node;
}

std::unique_ptr<Node> Parser::loop(bool until) {
  auto node = make(Node::Kind::loop);
  node->until = until;
  node->children.push_back(sequence());
  expect("do");
  node->children.push_back(sequence());
  expect("done");
  return node;
}

std::unique_ptr<Node> Parser::iteration() {
  auto node = make(Node::Kind::iteration);
  skip_blanks();
  node->name = peek_name();
  if (node->name.empty()) {
    fail("has a `for` without a variable's name");
    return node;
  }
  at_ += node->name.size();
  skip_lines();
  if (peek_reserved() == "in") {
    at_ += 2;
    for (skip_blanks(); !at_end() && kDelimiters.find(peek()) == std::string_view::npos;
         skip_blanks()) {
      node->words.push_back(word());
    }
  } else {
    node->words.push_back({{{Part::Kind::variable, true, "@", at_, nullptr, nullptr}}, at_});
  }
  skip_blanks();
  (void)take(";");
  expect("do");
  node->children.push_back(sequence());
  expect("done");
  return node;
}

std::unique_ptr<Node> Parser::selection() {
  auto node = make(Node::Kind::selection);
  skip_blanks();
  node->words.push_back(word());
  expect("in");
  for (skip_lines(); !at_end() && peek_reserved() != "esac"; skip_lines()) {
    (void)take("(");
    do {
      skip_blanks();
      node->words.push_back(word());
      skip_blanks();
    } while (take("|"));
    if (!take(")")) {
      fail("lacks a ')' after a pattern of `case`");
      return node;
    }
    node->children.push_back(sequence());
    if (!take(";;&")) {
      (void)take(";;");
    }
  }
  expect("esac");
  return node;
}

std::unique_ptr<Node> Parser::function(std::string name) {
  auto node = make(Node::Kind::function);
  node->name = std::move(name);
  skip_lines();
  if (node->name.empty() || (peek() != '{' && peek() != '(')) {
    fail("has a function without a name or a body");
    return node;
  }
  node->children.push_back(command());
  return node;
}

}  // namespace podsysctl::shell
