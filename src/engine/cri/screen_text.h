// SPDX-License-Identifier: Apache-2.0
// What a container says to its terminal stands in two places: the stream that a runtime attaches us
// to, which lacks what was said before that, and the runtime's log, which may lack the carriage
// returns before line feeds. So those are left out of every count. Pure.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace podsysctl::engine {

[[nodiscard]] std::size_t count_on_screen(std::string_view text);
// What a stream of `streamed` (as counted above) lacks, if it ended where `log` does: all, or the
// whole lines before its beginning. A line that had only begun by then is a prompt: shells print it
// again when they are told the terminal's size.
[[nodiscard]] std::string_view missed_by_stream(std::string_view log, std::size_t streamed);
// A raw terminal goes down a line without going back to its beginning.
[[nodiscard]] std::string for_raw_terminal(std::string_view text);

}  // namespace podsysctl::engine
