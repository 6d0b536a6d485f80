// SPDX-License-Identifier: Apache-2.0
#include "yaml/scalar.h"

#include <cmath>
#include <string_view>

#include <gtest/gtest.h>

namespace podsysctl::yaml {
namespace {

constexpr std::string_view kPrefix = "tag:yaml.org,2002:";

ScalarType type_of(std::string_view text) { return resolve("", Style::plain, text).type; }

TEST(Scalar, WordsOfYaml11) {
  for (const std::string_view text : {"", "~", "null", "Null", "NULL"}) {
    EXPECT_EQ(type_of(text), ScalarType::null) << text;
  }
  for (const std::string_view text : {"y", "Yes", "on", "ON", "true", "TRUE"}) {
    const Scalar scalar = resolve("", Style::plain, text);
    EXPECT_EQ(scalar.type, ScalarType::boolean) << text;
    EXPECT_TRUE(scalar.boolean) << text;
  }
  for (const std::string_view text : {"n", "No", "off", "OFF", "false", "False"}) {
    const Scalar scalar = resolve("", Style::plain, text);
    EXPECT_EQ(scalar.type, ScalarType::boolean) << text;
    EXPECT_FALSE(scalar.boolean) << text;
  }
  for (const std::string_view text : {"tRUE", "oN", "nUll", "yess", "nil", "<<", " true"}) {
    EXPECT_EQ(type_of(text), ScalarType::string) << text;
  }
}

TEST(Scalar, Integers) {
  const struct {
    std::string_view text;
    std::int64_t number;
  } cases[] = {
      {"0", 0},
      {"-0", 0},
      {"65535", 65535},
      {"+7", 7},
      {"-12", -12},
      {"012", 10},
      {"0o17", 15},
      {"0x1F", 31},
      {"-0x10", -16},
      {"0b101", 5},
      {"-0b11", -3},
      {"1_000_000", 1000000},
      {"9223372036854775807", 9223372036854775807},
      {"-9223372036854775808", std::numeric_limits<std::int64_t>::min()},
  };
  for (const auto& [text, number] : cases) {
    const Scalar scalar = resolve("", Style::plain, text);
    EXPECT_EQ(scalar.type, ScalarType::integer) << text;
    EXPECT_EQ(scalar.integer, number) << text;
  }
}

TEST(Scalar, FloatsAndWhatOnlyLooksLikeNumbers) {
  const struct {
    std::string_view text;
    double number;
  } cases[] = {{"1.5", 1.5},
               {".5", 0.5},
               {"1.", 1},
               {"1e3", 1000},
               {"-2.5E-1", -0.25},
               {"08", 8},
               {"+.5", 0.5},
               {"18446744073709551615", 18446744073709551615.0},
               {".inf", HUGE_VAL},
               {"-.INF", -HUGE_VAL},
               {"99999999999999999999", 1e20}};
  for (const auto& [text, number] : cases) {
    const Scalar scalar = resolve("", Style::plain, text);
    EXPECT_EQ(scalar.type, ScalarType::floating) << text;
    EXPECT_EQ(scalar.floating, number) << text;
  }
  EXPECT_TRUE(std::isnan(resolve("", Style::plain, ".NaN").floating));
  for (const std::string_view text :
       {"1.2.3", "0x", "0xg", "-", "+", ".", "1e", "1:30", "2026-01-02", "1 2", "--1", "+-1",
        "100m", "1Gi", "e3", "._", "1e999"}) {
    EXPECT_EQ(type_of(text), ScalarType::string) << text;
  }
}

TEST(Scalar, QuotesAndTags) {
  EXPECT_EQ(resolve("", Style::quoted, "1").type, ScalarType::string);
  EXPECT_EQ(resolve("", Style::quoted, "").type, ScalarType::string);
  const auto tagged = [](std::string_view tag, std::string_view text) {
    return resolve(std::string(kPrefix).append(tag), Style::quoted, text).type;
  };
  EXPECT_EQ(tagged("str", "1"), ScalarType::string);
  EXPECT_EQ(tagged("int", "1"), ScalarType::integer);
  EXPECT_EQ(tagged("float", "1"), ScalarType::floating);
  EXPECT_EQ(tagged("bool", "on"), ScalarType::boolean);
  EXPECT_EQ(tagged("null", ""), ScalarType::null);
  EXPECT_EQ(tagged("int", "x"), ScalarType::unfit);
  EXPECT_EQ(tagged("int", "1.5"), ScalarType::unfit);
  EXPECT_EQ(tagged("null", "x"), ScalarType::unfit);
  EXPECT_EQ(tagged("binary", "aGk="), ScalarType::unfit);
  EXPECT_EQ(resolve("!mine", Style::plain, "1").type, ScalarType::string);
  EXPECT_EQ(resolve("!", Style::plain, "1").type, ScalarType::string);
}

}  // namespace
}  // namespace podsysctl::yaml
