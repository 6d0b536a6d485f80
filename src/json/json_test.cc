// SPDX-License-Identifier: Apache-2.0
#include "json/json.h"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "json/cursor.h"

namespace podsysctl::json {
namespace {

using ::testing::HasSubstr;

std::string repeated(std::string_view part, std::size_t times) {
  std::string out;
  for (std::size_t i = 0; i < times; ++i) {
    out += part;
  }
  return out;
}

TEST(Parse, RefusesWhatIsNoJsonOrTooMuchOfIt) {
  struct Row {
    std::string text;
    std::string_view message;
  };
  const Limits limits{.bytes = 4000, .depth = 8, .values = 100};
  const Row rows[] = {
      {"", "x: no valid JSON at byte 1"},
      {"{", "no valid JSON at byte 2"},
      {"[1,]", "no valid JSON at byte 4"},
      {"{} {}", "no valid JSON at byte 4"},
      {"// c\n{}", "no valid JSON"},
      {"[NaN]", "no valid JSON"},
      {"[1e999]", "x: "},
      {"\"\xff\"", "no valid JSON"},
      {"\"\xed\xa0\x80\"", "no valid JSON"},
      {R"({"a":1,"b":2,"a":3})", "x: the key \"a\" stands twice in one object"},
      {R"({"a":1,"\u0061":3})", "the key \"a\" stands twice"},
      {repeated("[", 9) + repeated("]", 9), "x: nested deeper than 8 levels"},
      {repeated("{\"a\":", 9), "nested deeper than 8 levels"},
      {repeated("[", 3000), "nested deeper than 8 levels"},
      {"[" + repeated("0,", 200) + "0]", "x: more than 100 values"},
      {std::string(4001, ' '), "x: 4001 bytes of JSON, the limit is 4000"},
  };
  for (const Row& row : rows) {
    const auto parsed = parse(row.text, "x", limits);
    ASSERT_FALSE(parsed) << row.text;
    EXPECT_EQ(parsed.error().code, Code::invalid_argument);
    EXPECT_THAT(parsed.error().message, HasSubstr(std::string(row.message))) << row.text;
  }
}

TEST(Parse, KeepsTheOrderAndTheKindsOfValues) {
  const std::string text =
      R"({"z":null,"a":[true,-1,18446744073709551615,1.5,"ü\n"],"m":{"y":{},"b":[]}})";
  const auto parsed = parse(text, "x");
  ASSERT_TRUE(parsed) << parsed.error().message;
  EXPECT_EQ(dump(*parsed), text);
  EXPECT_EQ(parse(repeated("[", 64) + repeated("]", 64), "x").has_value(), true);
  EXPECT_EQ(parse(repeated("[", 65) + repeated("]", 65), "x").has_value(), false);
}

TEST(Parse, ManyKeysInOneObjectAreNotQuadratic) {
  std::string text = "{";
  for (int i = 0; i < 50'000; ++i) {
    text += fmt::format("\"key{}\":0,", i);
  }
  text += "\"last\":0}";
  const auto parsed = parse(text, "x");
  ASSERT_TRUE(parsed) << parsed.error().message;
  EXPECT_EQ(parsed->size(), 50'001U);
}

TEST(Dump, InvalidUtf8IsReplacedAndNeverThrows) {
  EXPECT_EQ(dump(Value("a\xff\xfe z")), "\"a\xef\xbf\xbd\xef\xbf\xbd z\"");
  EXPECT_EQ(dump(Value{{"a", 1}}, Layout::indented), "{\n  \"a\": 1\n}");
}

class CursorTest : public ::testing::Test {
 protected:
  const Value root_ = parse(R"({"s":"text","n":-3,"u":7,"big":18446744073709551615,"f":1.5,"t":true,
        "null":null,"list":["a","b"],"mixed":["a",1],"o":{"k":"v","w":"x"},"nul":"a\u0000b",
        "deep":[{"x.y":{"z":[0,"no"]}}],"nulkey":{"a\u0000":1}})",
                            "index.json")
                          .value();
  const Cursor cursor_{root_, "index.json"};
};

TEST_F(CursorTest, ReadsByType) {
  EXPECT_EQ(cursor_.string_at("s").value(), "text");
  EXPECT_EQ(cursor_.string_or("absent", "d").value(), "d");
  EXPECT_EQ(cursor_.string_or("null", "d").value(), "d");
  EXPECT_EQ(cursor_.int_at("n").value(), -3);
  EXPECT_EQ(cursor_.int_or("absent", 9).value(), 9);
  EXPECT_EQ(cursor_.uint_at("big").value(), 18446744073709551615U);
  EXPECT_TRUE(cursor_.bool_or("t", false).value());
  EXPECT_EQ(cursor_.strings_at("list").value(), (std::vector<std::string>{"a", "b"}));
  EXPECT_TRUE(cursor_.strings_at("absent").value().empty());
  const auto map = cursor_.string_map_at("o").value();
  ASSERT_EQ(map.size(), 2U);
  EXPECT_EQ(map[1], (std::pair<std::string, std::string>{"w", "x"}));
}

TEST_F(CursorTest, ErrorsNameTheDocumentAndThePath) {
  const auto deep = cursor_.at("deep").value().elements().value().front();
  const auto error = [](const auto& result) { return result ? "" : result.error().message; };
  EXPECT_EQ(error(cursor_.string_at("n")), "index.json: n: expected a string, found a number");
  EXPECT_EQ(error(cursor_.string_at("absent")), "index.json: \"absent\" is missing");
  EXPECT_EQ(error(cursor_.uint_at("n")),
            "index.json: n: expected a whole number from 0, found a number");
  EXPECT_EQ(error(cursor_.int_at("f")), "index.json: f: expected a whole number, found a number");
  EXPECT_THAT(error(cursor_.int_at("big")), HasSubstr("big: 18446744073709551615 is larger than"));
  EXPECT_EQ(error(cursor_.strings_at("mixed")),
            "index.json: mixed[1]: expected a string, found a number");
  EXPECT_EQ(error(cursor_.strings_at("s")), "index.json: s: expected an array, found a string");
  EXPECT_EQ(error(cursor_.string_at("nul")),
            "index.json: nul: the string \"a\\x00b\" has a NUL in it");
  EXPECT_THAT(error(cursor_.at("nulkey").value().members()), HasSubstr("has a NUL in it"));
  EXPECT_EQ(error(deep.at("x.y").value().at("z").value().elements().value()[1].as_int()),
            "index.json: deep[0][\"x.y\"].z[1]: expected a whole number, found a string");
  EXPECT_EQ(error(cursor_.at("s").value().find("x")),
            "index.json: s: expected an object, found a string");
}

}  // namespace
}  // namespace podsysctl::json
