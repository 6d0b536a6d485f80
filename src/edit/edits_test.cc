// SPDX-License-Identifier: Apache-2.0
#include "edit/edits.h"

#include <string>

#include <gtest/gtest.h>

#include "edit/text_map.h"

namespace podsysctl::edit {
namespace {

constexpr std::string_view kTen = "1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n";

std::string diff(std::string_view text, std::vector<Edit> edits) {
  return unified_diff(text, ordered(std::move(edits), text.size()).value(), "f");
}

TEST(Edits, Apply) {
  const auto edits = ordered({{4, 5, "x"}, {0, 0, "a"}, {0, 0, "b"}, {1, 2, ""}}, 6).value();
  EXPECT_EQ(apply_edits("012345", edits), "ab023x5");
  EXPECT_EQ(apply_edits("abc", {}), "abc");
}

TEST(Edits, Refused) {
  const auto overlap = ordered({{0, 3, ""}, {2, 4, ""}}, 6);
  ASSERT_FALSE(overlap);
  EXPECT_EQ(overlap.error().code, Code::conflict);
  EXPECT_EQ(overlap.error().message, "two changes overlap at byte 2");
  const auto outside = ordered({{0, 7, ""}}, 6);
  ASSERT_FALSE(outside);
  EXPECT_EQ(outside.error().code, Code::invalid_argument);
}

TEST(Diff, OneChange) {
  EXPECT_EQ(diff(kTen, {{8, 9, "five"}}),
            "--- a/f\n+++ b/f\n@@ -2,7 +2,7 @@\n 2\n 3\n 4\n-5\n+five\n 6\n 7\n 8\n");
  EXPECT_EQ(diff(kTen, {{0, 0, "0\n"}}), "--- a/f\n+++ b/f\n@@ -1,3 +1,4 @@\n+0\n 1\n 2\n 3\n");
  EXPECT_EQ(diff(kTen, {{0, 4, ""}}), "--- a/f\n+++ b/f\n@@ -1,5 +1,3 @@\n-1\n-2\n 3\n 4\n 5\n");
  EXPECT_EQ(diff(kTen, {{21, 21, "11\n"}}),
            "--- a/f\n+++ b/f\n@@ -8,3 +8,4 @@\n 8\n 9\n 10\n+11\n");
}

TEST(Diff, SeveralChanges) {
  EXPECT_EQ(diff(kTen, {{0, 1, "one"}, {18, 20, "ten"}}),
            "--- a/f\n+++ b/f\n@@ -1,4 +1,4 @@\n-1\n+one\n 2\n 3\n 4\n@@ -7,4 +7,4 @@\n 7\n 8\n 9\n"
            "-10\n+ten\n");
  EXPECT_EQ(
      diff(kTen, {{2, 2, "x\ny\n"}, {18, 18, "z\n"}}),
      "--- a/f\n+++ b/f\n@@ -1,4 +1,6 @@\n 1\n+x\n+y\n 2\n 3\n 4\n@@ -7,4 +9,5 @@\n 7\n 8\n 9\n"
      "+z\n 10\n");
}

TEST(Diff, NothingAndOddEnds) {
  EXPECT_EQ(diff(kTen, {}), "");
  EXPECT_EQ(diff(kTen, {{8, 9, "5"}}), "");
  EXPECT_EQ(diff("", {{0, 0, "a\n"}}), "--- a/f\n+++ b/f\n@@ -0,0 +1 @@\n+a\n");
  EXPECT_EQ(diff("a", {{1, 1, "b"}}),
            "--- a/f\n+++ b/f\n@@ -1 +1 @@\n-a\n\\ No newline at end of file\n+ab\n"
            "\\ No newline at end of file\n");
}

TEST(TextMap, Places) {
  const TextMap map("a\r\nb\xC3\xA4\xE2\x82\xAC x\n\nlast");
  EXPECT_EQ(map.offset({1, 1}), 0U);
  EXPECT_EQ(map.offset({2, 1}), 3U);
  EXPECT_EQ(map.offset({2, 3}), 6U);
  EXPECT_EQ(map.offset({2, 5}), 10U);
  EXPECT_EQ(map.offset({4, 5}), 17U);  // behind the last character
  EXPECT_FALSE(map.offset({4, 6}));
  EXPECT_FALSE(map.offset({3, 2}));
  EXPECT_FALSE(map.offset({5, 1}));
  EXPECT_FALSE(map.offset({0, 1}));
  EXPECT_EQ(map.line_begin(10), 3U);
  EXPECT_EQ(map.line_end(10), 12U);
  EXPECT_EQ(map.line_break(0), "\r\n");
  EXPECT_EQ(map.line_break(4), "\n");
  EXPECT_EQ(map.line_break(15), "\r\n");
}

TEST(TextMap, LongLines) {
  std::string text(1000, 'a');
  text += "\xC3\xA4" + std::string(1000, 'b');
  const TextMap map(text);
  EXPECT_EQ(map.offset({1, 1001}), 1000U);
  EXPECT_EQ(map.offset({1, 1002}), 1002U);
  EXPECT_EQ(map.offset({1, 2001}), 2001U);
  EXPECT_EQ(map.offset({1, 2002}), 2002U);
  EXPECT_FALSE(map.offset({1, 2003}));
  EXPECT_EQ(TextMap("\xEF\xBB\xBF"
                    "a")
                .offset({1, 1}),
            3U);
}

}  // namespace
}  // namespace podsysctl::edit
