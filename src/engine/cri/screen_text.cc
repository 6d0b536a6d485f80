// SPDX-License-Identifier: Apache-2.0
#include "engine/cri/screen_text.h"

#include <algorithm>

namespace podsysctl::engine {

std::size_t count_on_screen(std::string_view text) {
  return text.size() - static_cast<std::size_t>(std::ranges::count(text, '\r'));
}

std::string_view missed_by_stream(std::string_view log, std::size_t streamed) {
  const std::size_t logged = count_on_screen(log);
  if (streamed == 0 || logged <= streamed) {
    return streamed == 0 ? log : std::string_view();
  }
  std::size_t missed = logged - streamed;
  std::size_t lines_end = 0;
  for (std::size_t i = 0; i < log.size() && missed > 0; ++i) {
    missed -= log[i] == '\r' ? 0U : 1U;
    lines_end = log[i] == '\n' ? i + 1 : lines_end;
  }
  return log.substr(0, lines_end);
}

std::string for_raw_terminal(std::string_view text) {
  std::string out;
  for (const char c : text) {
    out += c == '\n' ? "\r" : "";
    out += c;
  }
  return out;
}

}  // namespace podsysctl::engine
