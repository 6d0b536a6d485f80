// SPDX-License-Identifier: Apache-2.0
// Inputs made to exhaust the reader: each must end in a clear error, at once.
#include <string>
#include <string_view>

#include <fmt/core.h>
#include <gtest/gtest.h>

#include "yaml/reader.h"

namespace podsysctl::yaml {
namespace {

std::string error_of(std::string_view text, const Limits& limits = {}) {
  DocumentReader reader(text, "f", limits);
  for (;;) {
    const Result<std::optional<Document>> document = reader.next();
    if (!document) {
      return document.error().message;
    }
    if (!*document) {
      return "no error";
    }
  }
}

std::string repeated(std::string_view unit, std::size_t count) {
  std::string text;
  for (std::size_t i = 0; i < count; ++i) {
    text += unit;
  }
  return text;
}

TEST(Hostile, Depth) {
  EXPECT_EQ(error_of(repeated("[", 100'000)), "f:1:65: nested deeper than 64 levels");
  EXPECT_EQ(error_of("a: " + repeated("[", 100'000)), "f:1:67: nested deeper than 64 levels");
  EXPECT_EQ(error_of(repeated("{\"a\":", 100'000)), "f:1:321: nested deeper than 64 levels");
  EXPECT_EQ(error_of(repeated("- ", 100'000)), "f:1:129: nested deeper than 64 levels");
  EXPECT_EQ(error_of(repeated("? ", 100'000)), "f:1:129: nested deeper than 64 levels");
  EXPECT_EQ(error_of(repeated("[", 64) + repeated("]", 64)), "no error");
  EXPECT_EQ(error_of("a: " + repeated("[", 63) + repeated("]", 63)), "no error");
}

TEST(Hostile, DepthThroughAliases) {
  std::string text = "a0: &a0 [x]\n";
  for (int i = 1; i < 70; ++i) {
    text += fmt::format("a{}: &a{} [*a{}]\n", i, i, i - 1);
  }
  EXPECT_EQ(error_of(text), "f:64:12: nested deeper than 64 levels");
}

TEST(Hostile, AliasBomb) {
  std::string text = "a0: &a0 [x,x,x,x,x,x,x,x,x]\n";
  for (int i = 1; i < 10; ++i) {
    text += fmt::format("a{}: &a{} [{}]\n", i, i, repeated(fmt::format("*a{},", i - 1), 9));
  }
  EXPECT_EQ(error_of(text), "f:7:10: aliases blow this document up to more than 1000000 nodes");
}

TEST(Hostile, AliasesOfLongTextsCountByTheirLength) {
  const std::string text =
      "a: &a " + std::string(1'000'000, 'x') + "\nb: [" + repeated("*a,", 1000) + "]\n";
  EXPECT_EQ(error_of(text), "f:2:770: aliases blow this document up to more than 1000000 nodes");
}

TEST(Hostile, MergeBomb) {
  std::string text = "a0: &a0 {";
  for (int i = 0; i < 1000; ++i) {
    text += fmt::format("k{}: 1,", i);
  }
  text += "}\n";
  for (int i = 1; i < 400; ++i) {
    text += fmt::format("a{}: &a{} {{<<: *a{}}}\n", i, i, i - 1);
  }
  EXPECT_EQ(error_of(text), "f:251:14: aliases blow this document up to more than 1000000 nodes");
}

TEST(Hostile, ManyKeysAreFineAndDuplicatesAmongThemAreFound) {
  std::string text;
  for (int i = 0; i < 50'000; ++i) {
    text += fmt::format("key{}: 1\n", i);
  }
  EXPECT_EQ(error_of(text), "no error");
  EXPECT_EQ(error_of(text + "key9: 1\n"),
            "f:50001:1: key \"key9\" stands twice in this mapping, first at line 10, column 1");
}

TEST(Hostile, Sizes) {
  const Limits small{.input_bytes = 100, .nodes = 5, .scalar_bytes = 10};
  EXPECT_EQ(error_of(std::string(101, 'a'), small),
            "f: 101 bytes, more than the 100 that are read");
  EXPECT_EQ(error_of("[1,2,3,4,5]", small), "f:1:10: more than 5 nodes in one document");
  EXPECT_EQ(error_of("- 12345678901", small),
            "f:1:3: a text of 11 bytes, more than the 10 that are read");
  EXPECT_EQ(error_of("[1,2]\n---\n[3,4]\n", small), "no error") << "nodes are per document";
}

TEST(Hostile, TagDirectives) {
  EXPECT_EQ(error_of(repeated("%TAG !e! tag:e,2000:\n", 100'000)),
            "f:65:1: more than 64 %TAG directives");
}

TEST(Hostile, Encodings) {
  using namespace std::string_view_literals;
  const struct {
    std::string_view text;
    std::string_view message;
  } cases[] = {
      {"a: \xff\n"sv, "f:1:4: not UTF-8; save the file as UTF-8"},
      {"a\n\xc0\xaf\n"sv, "f:2:1: not UTF-8; save the file as UTF-8"},
      {"\xed\xa0\x80"sv, "f:1:1: not UTF-8; save the file as UTF-8"},
      {"\xf4\x90\x80\x80"sv, "f:1:1: not UTF-8; save the file as UTF-8"},
      {"x\xe2\x82"sv, "f:1:2: not UTF-8; save the file as UTF-8"},
      {"\xff\xfe"
       "a\0:\0"sv,
       "f:1:1: not UTF-8; save the file as UTF-8"},
      {"a\0:\0"sv, "f:1:2: a NUL character; a manifest is UTF-8 text (saved as UTF-16?)"},
      {"a: \"x\\0\"\n"sv, "f:1:4: a NUL character (\\0 or \\u0000) is not allowed in a text"},
      {R"({"a": "\u0000"})"sv, "f:1:7: a NUL character (\\0 or \\u0000) is not allowed in a text"},
  };
  for (const auto& [text, message] : cases) {
    EXPECT_EQ(error_of(text), message);
  }
}

}  // namespace
}  // namespace podsysctl::yaml
