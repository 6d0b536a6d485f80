// SPDX-License-Identifier: Apache-2.0
#include "docker/lines.h"

#include <gmock/gmock.h>

namespace podsysctl::docker {
namespace {

using testing::ElementsAre;

TEST(LineReader, PassesOnWholeLinesHoweverTheyCome) {
  const std::string text = "{\"a\":1}\r\n\n  \n{\"b\":2}\n{\"c\":3}";
  for (const std::size_t size : {std::size_t{1}, std::size_t{5}, text.size()}) {
    LineReader reader;
    std::vector<std::string> lines;
    const auto keep = [&](std::string_view line) -> Result<> {
      lines.emplace_back(line);
      return {};
    };
    for (std::size_t at = 0; at < text.size(); at += size) {
      ASSERT_TRUE(reader.feed(std::string_view(text).substr(at, size), keep));
    }
    EXPECT_THAT(lines, ElementsAre("{\"a\":1}", "{\"b\":2}"));
    ASSERT_TRUE(reader.end(keep));
    EXPECT_THAT(lines, ElementsAre("{\"a\":1}", "{\"b\":2}", "{\"c\":3}"));
    ASSERT_TRUE(reader.end(keep));
    EXPECT_EQ(lines.size(), 3U);
  }
}

TEST(LineReader, RefusesALineWithoutEnd) {
  LineReader reader;
  const auto no_line = [](std::string_view) -> Result<> { return {}; };
  ASSERT_TRUE(reader.feed(std::string(kLineLimit, 'x'), no_line));
  const auto fed = reader.feed("x", no_line);
  ASSERT_FALSE(fed);
  EXPECT_EQ(fed.error().code, Code::invalid_argument);
  EXPECT_EQ(fed.error().message, "a line is longer than 1048576 bytes");
}

TEST(LineReader, StopsWithTheCaller) {
  LineReader reader;
  int lines = 0;
  const auto fed = reader.feed("a\nb\n", [&](std::string_view) -> Result<> {
    ++lines;
    return Error::of(Code::conflict, "enough");
  });
  ASSERT_FALSE(fed);
  EXPECT_EQ(fed.error().message, "enough");
  EXPECT_EQ(lines, 1);
}

}  // namespace
}  // namespace podsysctl::docker
