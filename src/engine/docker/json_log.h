// SPDX-License-Identifier: Apache-2.0
// Container logs as docker's json-file driver writes them, one record a line:
//   {"log":"text\n","stream":"stdout","time":"2026-11-23T22:30:01.123456789Z"}
// A record whose text has no newline at its end is a part of a line. Thread-safety: pure functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "engine/embedded/crilog.h"

namespace podsysctl::engine {

// What a record's views point into.
struct JsonLogEntry {
  std::string time;
  std::string text;
};

// One line without its newline; nothing if it is no record.
[[nodiscard]] std::optional<LogRecord> parse_json_log_record(std::string_view line,
                                                             JsonLogEntry& storage);

}  // namespace podsysctl::engine
