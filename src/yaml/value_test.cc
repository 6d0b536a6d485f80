// SPDX-License-Identifier: Apache-2.0
#include "yaml/value.h"

#include <string>
#include <string_view>

#include <gtest/gtest.h>

namespace podsysctl::yaml {
namespace {

constexpr std::string_view kText = R"(text: word
number: 65535
octal: 012
eighty: 8e1
part: 1.5
switch: yes
quoted: "65535"
truth: "true"
nothing: ~
date: 2026-01-02
list: [a, 1]
map:
  a.b/c: x
bad: !!int x
huge: 99999999999999999999
)";

class ValueTest : public testing::Test {
 protected:
  [[nodiscard]] Value at(std::string_view name) const { return root().find(name).value(); }
  [[nodiscard]] Value root() const { return Value(*document_); }

 private:
  std::optional<Document> document_ = DocumentReader(kText, "pod.yaml").next().value();
};

template <class T>
std::string message(const Result<T>& result) {
  if (result) {
    return "no error";
  }
  EXPECT_EQ(result.error().code, Code::invalid_argument);
  return result.error().message;
}

TEST_F(ValueTest, Reads) {
  EXPECT_EQ(at("text").as_string().value(), "word");
  EXPECT_EQ(at("date").as_string().value(), "2026-01-02");
  EXPECT_EQ(at("quoted").as_string().value(), "65535");
  EXPECT_EQ(at("number").as_int().value(), 65535);
  EXPECT_EQ(at("octal").as_int().value(), 10);
  EXPECT_EQ(at("eighty").as_int().value(), 80);
  EXPECT_TRUE(at("switch").as_bool().value());
  EXPECT_EQ(at("list").as_list().value().at(0).as_string().value(), "a");
  EXPECT_FALSE(root().find("nothing"));
  EXPECT_FALSE(root().find("absent"));
}

TEST_F(ValueTest, Refuses) {
  EXPECT_EQ(message(at("number").as_string()),
            "pod.yaml:2:9: number: must be a string; write \"65535\" in quotes");
  EXPECT_EQ(message(at("switch").as_string()),
            "pod.yaml:6:9: switch: must be a string; write \"yes\" in quotes");
  EXPECT_EQ(message(at("list").as_string()),
            "pod.yaml:11:7: list: must be a string, but is a list");
  EXPECT_EQ(message(at("quoted").as_int()),
            "pod.yaml:7:9: quoted: must be a number; write 65535 without quotes");
  EXPECT_EQ(message(at("part").as_int()),
            "pod.yaml:5:7: part: must be a whole number of 64 bits, but is \"1.5\"");
  EXPECT_EQ(message(at("huge").as_int()),
            "pod.yaml:15:7: huge: must be a whole number of 64 bits, but is "
            "\"99999999999999999999\"");
  EXPECT_EQ(message(at("text").as_int()), "pod.yaml:1:7: text: must be a number, but is a string");
  EXPECT_EQ(message(at("truth").as_bool()),
            "pod.yaml:8:8: truth: must be a boolean; write true without quotes");
  EXPECT_EQ(message(at("number").as_bool()),
            "pod.yaml:2:9: number: must be a boolean (true or false), but is a number");
  EXPECT_EQ(message(at("map").as_list()), "pod.yaml:13:3: map: must be a list, but is a mapping");
  EXPECT_EQ(message(at("list").expect_mapping()),
            "pod.yaml:11:7: list: must be a mapping, but is a list");
  EXPECT_EQ(message(at("bad").as_string()),
            "pod.yaml:14:6: bad: must be a string, but is of a tag that does not fit");
  EXPECT_EQ(message(at("bad").as_int()),
            "pod.yaml:14:6: bad: must be a number, but is of a tag that does not fit");
}

TEST_F(ValueTest, Paths) {
  EXPECT_EQ(at("list").item(1).path(), "list[1]");
  EXPECT_EQ(at("list").item(1).describe("m"), "pod.yaml:11:11: list[1]: m");
  EXPECT_EQ(at("map").find("a.b/c")->path(), "map[a.b/c]");
  EXPECT_EQ(root().describe("m"), "pod.yaml:1:1: m");
  EXPECT_EQ(child_path("spec", "containers"), "spec.containers");
  EXPECT_EQ(child_path("", "\n"), "[\\n]");
}

}  // namespace
}  // namespace podsysctl::yaml
