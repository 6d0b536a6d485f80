// SPDX-License-Identifier: Apache-2.0
#include "base/utf8.h"

#include <gtest/gtest.h>

namespace podsysctl {
namespace {

TEST(Utf8, KnowsWellFormedSequences) {
  struct Row {
    std::string_view text;
    std::size_t length;
  };
  for (const Row& row :
       {Row{"a", 1}, Row{"\xC3\xA9x", 2}, Row{"\xE2\x80\xA6", 3}, Row{"\xF0\x9F\x98\x80", 4},
        Row{"\xF4\x8F\xBF\xBF", 4}, Row{"\x80", 0}, Row{"\xC0\xAF", 0}, Row{"\xC3", 0},
        Row{"\xC3x", 0}, Row{"\xE0\x80\x80", 0}, Row{"\xED\xA0\x80", 0}, Row{"\xE2\x80", 0},
        Row{"\xF0\x80\x80\x80", 0}, Row{"\xF4\x90\x80\x80", 0}, Row{"\xF5\x80\x80\x80", 0},
        Row{"\xFF", 0}}) {
    EXPECT_EQ(utf8_length(row.text), row.length) << row.text;
  }
}

TEST(Utf8, ReplacesWhatIsNone) {
  EXPECT_EQ(to_utf8(""), "");
  EXPECT_EQ(to_utf8("caf\xC3\xA9 \xE2\x80\xA6"), "caf\xC3\xA9 \xE2\x80\xA6");
  EXPECT_EQ(to_utf8("caf\xC3"), "caf\xEF\xBF\xBD");
  EXPECT_EQ(to_utf8("\xE2\x80x"), "\xEF\xBF\xBD\xEF\xBF\xBDx");
}

}  // namespace
}  // namespace podsysctl
