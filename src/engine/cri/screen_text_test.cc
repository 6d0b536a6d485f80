// SPDX-License-Identifier: Apache-2.0
#include "engine/cri/screen_text.h"

#include <gtest/gtest.h>

namespace podsysctl::engine {
namespace {

TEST(ScreenText, ALogTellsWhatAStreamMissed) {
  struct Row {
    const char* log;
    const char* streamed;
    const char* missed;
  };
  for (const Row& row : {
           Row{"", "", ""},
           Row{"quick\nend", "", "quick\nend"},
           Row{"quick\nend", "quick\r\nend", ""},
           Row{"quick\r\nend", "quick\r\nend", ""},
           Row{"quick\nend", "end", "quick\n"},
           Row{"quick\r\nend", "end", "quick\r\n"},
           Row{"one\ntwo\nend", "wo\r\nend", "one\n"},  // begun in the middle of a line
           Row{"/ # / # exit\n", "/ # exit\r\n", ""},   // a prompt, printed once more
           Row{"hello\n/ # exit\n", "exit\r\n", "hello\n"},
           Row{"end", "more than the log has got\r\n", ""},
       }) {
    EXPECT_EQ(missed_by_stream(row.log, count_on_screen(row.streamed)), row.missed)
        << row.log << " / " << row.streamed;
  }
}

TEST(ScreenText, GoesToTheBeginningOfTheNextLine) {
  EXPECT_EQ(for_raw_terminal("a\nb\n\nc"), "a\r\nb\r\n\r\nc");
  EXPECT_EQ(for_raw_terminal(""), "");
}

}  // namespace
}  // namespace podsysctl::engine
