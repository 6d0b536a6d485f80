// SPDX-License-Identifier: Apache-2.0
#include "yaml/reader.h"

#include <string>
#include <string_view>
#include <vector>

#include <fmt/core.h>
#include <gtest/gtest.h>

#include "base/strings.h"
#include "yaml/scalar.h"

namespace podsysctl::yaml {
namespace {

// {"a":"x",b:1} with positions left out: a compact form to compare trees by.
std::string show(const Node& node) {
  std::string text;
  switch (node.kind) {
    case Kind::scalar:
      return node.style == Style::quoted ? in_quotes(node.text) : std::string(node.text);
    case Kind::sequence:
      for (const Node* item : node.items) {
        text += (text.empty() ? "" : ",") + show(*item);
      }
      return "[" + text + "]";
    case Kind::mapping:
      for (const Entry& entry : node.entries) {
        text += fmt::format("{}{}:{}", text.empty() ? "" : ",", entry.name, show(*entry.value));
      }
  }
  return "{" + text + "}";
}

// Every document of a text, or the error after what came before it.
std::string read(std::string_view text, const Limits& limits = {}) {
  DocumentReader reader(text, "f");
  reader = DocumentReader(text, "f", limits);
  std::string out;
  for (;;) {
    const Result<std::optional<Document>> document = reader.next();
    if (!document) {
      EXPECT_EQ(document.error().code, Code::invalid_argument);
      const Result<std::optional<Document>> after = reader.next();
      EXPECT_TRUE(after && !*after) << "an error ends the reader";
      return out + "! " + document.error().message;
    }
    if (!*document) {
      return out;
    }
    out += show((*document)->root()) + ";";
  }
}

TEST(Reader, TreesOfYaml) {
  EXPECT_EQ(read("a: 1\nb: [x, 'y', {c: d}]\n"), R"({a:1,b:[x,"y",{c:d}]};)");
  EXPECT_EQ(read(""), "");
  EXPECT_EQ(read("# only a comment\n"), "");
  EXPECT_EQ(read("---\n---\n"), ";;");
  EXPECT_EQ(read("a\n--- b\n...\n--- |\n c\n"), "a;b;\"c\\n\";");
  EXPECT_EQ(read("\xEF\xBB\xBFkey: v\n"), "{key:v};");
  EXPECT_EQ(read("a:\n  b=1\n  c\n"), "{a:b=1 c};") << "a plain scalar over lines";
  EXPECT_EQ(read("a: !!str 1\n"), "{a:1};");
}

TEST(Reader, KeysAreNamedAsJsonWould) {
  EXPECT_EQ(read("on: 1\n012: 2\n1.5: 3\n'y': 4\nnone: 5\n"), "{true:1,10:2,1.5:3,y:4,none:5};");
  EXPECT_EQ(read("~: 1"), "! f:1:1: null cannot be a key; write it in quotes");
  EXPECT_EQ(read("? [a]\n: 1"), "! f:1:3: a list or mapping cannot be a key");
  EXPECT_EQ(read("!!int x: 1"),
            "! f:1:1: tag \"tag:yaml.org,2002:int\" does not fit the key \"x\"");
}

TEST(Reader, DuplicateKeys) {
  EXPECT_EQ(read("a: 1\nb:\n  c: 1\n  c: 2\n"),
            "! f:4:3: key \"c\" stands twice in this mapping, first at line 3, column 3");
  EXPECT_EQ(read("{\"a\":1,\n \"a\":2}"),
            "! f:2:2: key \"a\" stands twice in this mapping, first at line 1, column 2");
  EXPECT_EQ(read("yes: 1\ntrue: 2\n"),
            "! f:2:1: key \"true\" stands twice in this mapping, first at line 1, column 1");
  std::string many;
  for (int i = 0; i < 40; ++i) {
    many += fmt::format("k{}: 1\n", i);
  }
  EXPECT_EQ(read(many + "k7: 2\n"),
            "! f:41:1: key \"k7\" stands twice in this mapping, first at line 8, column 1");
}

TEST(Reader, AnchorsAndAliases) {
  EXPECT_EQ(read("a: &x [1]\nb: *x\nc: &x 2\nd: *x\n"), "{a:[1],b:[1],c:2,d:2};");
  EXPECT_EQ(read("a: *x\n"), "! f:1:4: alias *x: there is no anchor &x before it");
  EXPECT_EQ(read("--- &x 1\n--- *x\n"), "1;! f:2:5: alias *x: there is no anchor &x before it");
  EXPECT_EQ(read("a: &x\n  b: *x\n"),
            "! f:2:6: alias *x stands inside the node that it names (line 1)");
}

TEST(Reader, MergeKeysInTheOrderOfTheFile) {
  const std::string base = "x: &x {a: 1, b: 2}\ny: &y {b: 3, c: 4}\nz:\n";
  const auto merged = [&](std::string_view text) {
    const std::string all = read(base + std::string(text));
    const std::size_t at = all.find("z:");
    return at == std::string::npos ? all : all.substr(at + 2, all.size() - at - 4);
  };
  EXPECT_EQ(merged("  <<: *x\n  b: 9\n"), "{a:1,b:9}");
  EXPECT_EQ(merged("  b: 9\n  <<: *x\n"), "{b:2,a:1}") << "as Kubernetes' parser: the later wins";
  EXPECT_EQ(merged("  <<: [*x, *y]\n"), "{b:2,c:4,a:1}") << "in a list the first wins";
  EXPECT_EQ(merged("  <<: *x\n  <<: *y\n"), "{a:1,b:3,c:4}");
  EXPECT_EQ(merged("  <<: {d: 1}\n"), "{d:1}");
  EXPECT_EQ(merged("  '<<': 1\n  <<: *x\n"), "{<<:1,a:1,b:2}") << "in quotes it is a key";
  EXPECT_EQ(merged("  <<: 1\n"), "! f:4:3: a merge key `<<` takes a mapping or a list of mappings");
  EXPECT_EQ(merged("  <<: [*x, 1]\n"),
            "! f:4:3: a merge key `<<` takes a mapping or a list of mappings");
}

TEST(Reader, MergeIntoALargeMapping) {
  std::string text = "x: &x {k3: new, extra: 1}\nz:\n";
  for (int i = 0; i < 40; ++i) {
    text += fmt::format("  k{}: old\n", i);
  }
  const std::string all = read(text + "  <<: *x\n");
  EXPECT_TRUE(all.find("k3:new,k4:old") != std::string::npos) << all;
  EXPECT_TRUE(all.ends_with("k39:old,extra:1}};")) << all;
}

TEST(Reader, PositionsCountCharacters) {
  const std::string_view text = "é: ü\nlist:\n  - x\n  -\n    k: v\n";
  DocumentReader reader(text, "f");
  const auto document = reader.next().value();
  const Node& root = document->root();
  EXPECT_EQ(root.find("é")->at, (Position{1, 4}));
  const Node& list = *root.find("list");
  EXPECT_EQ(list.at, (Position{3, 3}));
  EXPECT_EQ(list.items[0]->at, (Position{3, 5}));
  EXPECT_EQ(list.items[1]->find("k")->at, (Position{5, 8}));
  EXPECT_EQ(root.entries[1].key->at, (Position{2, 1}));
  EXPECT_EQ(root.find("no"), nullptr);
}

TEST(Reader, JsonGivesTheTreeOfYaml) {
  EXPECT_EQ(read(R"({"a": [1, -2.5e3, true, null, "x"], "b": {}, "c": []})"),
            R"({a:[1,-2.5e3,true,null,"x"],b:{},c:[]};)");
  EXPECT_EQ(read("\t[\n\t\"a\"\t,\r\n\t{\"k\"\n:\n1}\n]\t"), R"(["a",{k:1}];)") << "tabs";
  EXPECT_EQ(read(R"(["\uD83D\uDE00\u00e9\u20ac\n\/\"\\"])"), "[\"😀é€\\n/\\\"\\\\\"];");
  EXPECT_EQ(read("{\"" + std::string(3000, 'k') + "\":\"\x7f\"}"),
            "{" + std::string(3000, 'k') + ":\"\\x7f\"};");
  EXPECT_EQ(read("{\"a\":1}{\"b\":2}\n\n{\"c\":3}"), "{a:1};{b:2};{c:3};");
  EXPECT_EQ(read("{\"a\":1}\n---\nb: 2\n---\n{\"c\": 3}\n"), "{a:1};{b:2};{c:3};");
}

TEST(Reader, PositionsInJson) {
  const std::string_view text = "{\"é\": \"ü\",\r\n \"b\": [1,\n2]}\n---\nc: d\n";
  DocumentReader reader(text, "f");
  const auto document = reader.next().value();
  EXPECT_EQ(document->root().at, (Position{1, 1}));
  EXPECT_EQ(document->root().find("é")->at, (Position{1, 7}));
  EXPECT_EQ(document->root().find("b")->items[0]->at, (Position{2, 8}));
  EXPECT_EQ(document->root().find("b")->items[1]->at, (Position{3, 1}));
  const auto second = reader.next().value();
  EXPECT_EQ(second->root().find("c")->at, (Position{5, 4}));
}

TEST(Reader, BracesThatAreYaml) {
  EXPECT_EQ(read("{a: 1, b: [x,]}\n"), "{a:1,b:[x]};");
  EXPECT_EQ(read("{\"a\": 1, # comment\n}\n"), "{a:1};");
  EXPECT_EQ(read("[a]: b\n"), "! f:1:1: a list or mapping cannot be a key");
  EXPECT_EQ(read("{a: 1, b: 2\n").substr(0, 28), "! f:2:1: not valid YAML: did");
}

TEST(Reader, ErrorsOfJson) {
  const struct {
    std::string_view text;
    std::string_view message;
  } cases[] = {
      {R"({"a" 1})", "f:1:6: not valid JSON: ':' is expected after a key"},
      {"{\"a\": 1\n\"b\": 2}", "f:2:1: not valid JSON: ',' or '}' is expected"},
      {R"({"a": ["x" "y"]})", "f:1:12: not valid JSON: ',' or ']' is expected"},
      {R"({"a": "x)", "f:1:9: not valid JSON: a string does not end"},
      {R"({"a": "\uD83D"})", "f:1:14: not valid JSON: half of a surrogate pair in a string"},
      {R"({"a": "\uDE00\uD83D"})", "f:1:14: not valid JSON: half of a surrogate pair in a string"},
      {R"({"a": "\u12G4"})", "f:1:9: not valid JSON: \\u takes four hexadecimal digits"},
      {R"({"a": "\q"})", "f:1:9: not valid JSON: an unknown escape in a string"},
      {R"({"a": )", "f:1:7: not valid JSON: a value is expected"},
  };
  for (const auto& [text, message] : cases) {
    EXPECT_EQ(read(text), "! " + std::string(message));
  }
  EXPECT_EQ(read("{\"a\":1} x"), "{a:1};! f:1:9: not valid JSON: \"x\" is not a value");
}

TEST(Reader, ErrorsOfYaml) {
  const struct {
    std::string_view text;
    std::string_view message;
  } cases[] = {
      {"a: b: c\n", "f:1:5: not valid YAML: mapping values are not allowed in this context"},
      {"a:\n\t- b\n",
       "f:2:1: not valid YAML: found character that cannot start any token (while scanning for "
       "the next token, line 2); YAML is indented with blanks, not tabs, and text that starts "
       "with @ or ` is quoted"},
      {"a: [1\n",
       "f:2:1: not valid YAML: did not find expected ',' or ']' (while parsing a flow sequence, "
       "line 1)"},
      {"a: \"x\n",
       "f:2:1: not valid YAML: found unexpected end of stream (while scanning a quoted scalar, "
       "line 1)"},
      {"a: 1\nb: \x01\n", "f:2:4: not valid YAML: control characters are not allowed"},
  };
  for (const auto& [text, message] : cases) {
    EXPECT_EQ(read(text), "! " + std::string(message));
  }
}

}  // namespace
}  // namespace podsysctl::yaml
