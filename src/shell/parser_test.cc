// SPDX-License-Identifier: Apache-2.0
#include "shell/parser.h"

#include <string>

#include <gtest/gtest.h>

namespace podsysctl::shell {
namespace {

// A tree as text: kinds, words and operators.
std::string show(const Node& node);

std::string show(const Word& word) {
  std::string text;
  for (const Part& part : word.parts) {
    switch (part.kind) {
      case Part::Kind::text:
        text += part.text;
        break;
      case Part::Kind::variable:
        text += "{" + part.text + (part.fallback ? ":" + show(*part.fallback) : "") + "}";
        break;
      case Part::Kind::command:
        text += "<" + (part.command ? show(*part.command) : "") + ">";
        break;
      case Part::Kind::opaque:
        text += "?";
        break;
    }
  }
  return text;
}

std::string show(const Node& node) {
  static constexpr const char* kNames[] = {"",   "pipe", "chain", "",     "sub",      "group",
                                           "if", "loop", "for",   "case", "function", "opaque"};
  std::string text = kNames[static_cast<std::size_t>(node.kind)];
  text += node.negated ? "!" : "";
  text += node.name.empty() ? "" : ":" + node.name;
  const char* separator = "";
  const auto add = [&](const std::string& part) {
    text += separator + part;
    separator = " ";
  };
  const bool simple = node.kind == Node::Kind::simple;
  text += simple ? "" : "(";
  for (const Assignment& assignment : node.assignments) {
    add(assignment.name + "=" + show(assignment.value));
  }
  for (const Word& word : node.words) {
    add(show(word));
  }
  for (std::size_t i = 0; i < node.children.size(); ++i) {
    if (i > 0) {
      separator = node.operators.size() < i                       ? "; "
                  : node.operators[i - 1] == Node::Operator::both ? " && "
                                                                  : " || ";
    }
    add(show(*node.children[i]));
  }
  for (const Redirect& redirect : node.redirects) {
    static constexpr const char* kSigns[] = {">", ">>", "<", "<<", ">&"};
    add(std::to_string(redirect.fd) + kSigns[static_cast<std::size_t>(redirect.kind)] +
        show(redirect.body ? *redirect.body : redirect.target));
  }
  return text + (simple ? "" : ")");
}

struct Case {
  const char* script;
  const char* tree;
};

TEST(Parser, Trees) {
  static constexpr Case kCases[] = {
      {"", "()"},
      {"a b c", "(a b c)"},
      {"a; b\nc & d", "(a; b; c; d)"},
      {"a && b || c", "(chain(a && b || c))"},
      {"a |\n b | c", "(pipe(a; b; c))"},
      {"! a | b", "(pipe!(a; b))"},
      {"(a; b) > f", "(sub((a; b) 1>f))"},
      {"{ a; b; } 2>&1", "(group((a; b) 2>&1))"},
      {"if a; then b; elif c; then d; else e; fi", "(if((a); (b); (c); (d); (e)))"},
      {"while a; do b; done", "(loop((a); (b)))"},
      {"for x in 1 2; do a $x; done", "(for:x(1 2 (a {x})))"},
      {"for x; do a; done", "(for:x({@} (a)))"},
      {"case $x in a|b) c;; (*) d;; esac", "(case({x} a b * (c); (d)))"},
      {"f() { a; }; f", "(function:f(group((a))); f)"},
      {"function f { a; }", "(function:f(group((a))))"},
      {"X=1 Y='a b' c", "(X=1 Y=a b c)"},
      {"X=(1 2) Y+=3", "(X=? Y=3?)"},
      {R"(a 'b c' "d $e" f\ g h""i)", "(a b c d {e} f g hi)"},
      {R"(a $'x\ty\'' $"z")", "(a x\ty' z)"},
      {R"(a "\$x \q \"")", R"((a $x \q "))"},
      {"a \\\n  b", "(a b)"},
      {"a # b\n# c\nd#e", "(a; d#e)"},
      {"a ${X} ${Y:-5} ${Z%x} $1 $? $", "(a {X} {Y:5} ? {1} {?} $)"},
      {"a ${X:-\"}\"} b", "(a ? b)"},
      {"a $(b; c) `d \\`e\\``", "(a <(b; c)> <(d <(e)>)>)"},
      {"a $((1+(2))) ; ((x++))", "(a ?; opaque())"},
      {"[[ $a == b && c < d ]] && e", "(chain([[ {a} == b c d ]] && e))"},
      {"a <<< 'b c'", "(a 0<<b c\n)"},
      {"a <<E && b\nx $y\nE\nc", "(chain(a 0<<x {y}\n && b); c)"},
      {"a <<'E'\n$x\nE\n", "(a 0<<$x\n)"},
      {"a <<-E\n\tx\n\tE\nb", "(a 0<<\tx\n; b)"},
      {"a <<E <<F\n1\nE\n2\nF\n", "(a 0<<1\n 0<<2\n)"},
      {"a >>f 2>g &>h >&i 3<&-", "(a 1>>f 2>g 1>h 1>i 3>&-)"},
      {"a <(b) >(c)", "(a <(b)> <(c)>)"},
      {"a\r\nb\r\n", "(a; b)"},
      {"echo } fi then", "(echo } fi then)"},
  };
  for (const Case& each : kCases) {
    Parser parser(each.script);
    EXPECT_EQ(show(*parser.parse()), each.tree) << each.script;
    EXPECT_FALSE(parser.fault()) << each.script << ": " << parser.fault()->why;
  }
}

struct Faulty {
  const char* script;
  const char* why;
  const char* tree;  // what was read before
};

TEST(Parser, Faults) {
  static constexpr Faulty kCases[] = {
      {"a; b 'c", "lacks a closing '", "(a; b )"},
      {"a \"b", "lacks a closing \"", "(a b)"},
      {"a `b", "lacks a closing `", "(a )"},
      {"a $(b", "lacks a ')' after \"$(\"", "(a <(b)>)"},
      {"a ${b", "lacks a '}' after \"${\"", "(a ?)"},
      {"a $((b", "lacks a '))'", "(a )"},
      {"if a; then b", "lacks a `fi`", "(if((a); (b)))"},
      {"while a; b", "lacks a `do`", "(loop((a; b); ()))"},
      {"(a", "lacks a ')'", "(sub((a)))"},
      {"a; fi", "has \"f\" where a command is expected", "(a)"},
      {"a )", "has \")\" where a command is expected", "(a)"},
      {"a; | b", "has \"|\" where a command is expected", "(a; )"},
      {"a &&", "ends where a command is expected", "(chain(a && ))"},
      {"a |", "ends where a command is expected", "(pipe(a; ))"},
      {"for 1 in a; do b; done", "has a `for` without a variable's name", "(for())"},
      {"case a in b c) d;; esac", "lacks a ')' after a pattern of `case`", "(case(a b))"},
      {"a $'\\x41'", "has an escape in $'...' that is not read here", "(a )"},
      {"[[ a", "lacks a `]]`", "([[ a)"},
      {"((((((((((a))))))))", "lacks a '))'", "(opaque())"},
      {"( ( ( ( ( ( ( ( ( a", "is nested deeper than 8 levels",
       "(sub((sub((sub((sub((sub((sub((sub((sub((sub())))))))))))))))))"},
  };
  for (const Faulty& each : kCases) {
    Parser parser(each.script);
    const std::string tree = show(*parser.parse());
    ASSERT_TRUE(parser.fault()) << each.script;
    EXPECT_EQ(parser.fault()->why, each.why) << each.script;
    EXPECT_EQ(tree, each.tree) << each.script;
  }
}

TEST(Parser, DeepNestingEnds) {
  for (const std::string open :
       {"(", "$(", "{ ", "if ", "while ", "`", "f() ", "a <<E$(", "\"$("}) {
    std::string script;
    for (int i = 0; i < 20'001; ++i) {
      script += open;
    }
    Parser parser(script);
    EXPECT_NE(parser.parse(), nullptr);
    EXPECT_TRUE(parser.fault()) << open;
  }
}

}  // namespace
}  // namespace podsysctl::shell
