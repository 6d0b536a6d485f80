// SPDX-License-Identifier: Apache-2.0
// How values of the records become SQL values and back. Times are microseconds since 1970.
// Thread-safety: pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "linux/process.h"
#include "store/sqlite.h"

namespace podsysctl::store {

[[nodiscard]] inline Value to_value(Timestamp time) { return time.time_since_epoch().count(); }

[[nodiscard]] inline Value to_value(const std::optional<Timestamp>& time) {
  return time ? to_value(*time) : Value();
}

[[nodiscard]] inline Value to_value(const std::optional<int>& number) {
  return number ? Value(std::int64_t{*number}) : Value();
}

// The text must outlive the statement's run.
[[nodiscard]] inline Value to_value(const std::optional<std::string>& text) {
  return text ? Value(std::string_view(*text)) : Value();
}

[[nodiscard]] inline Value pid_value(const linux::ProcessId& process) {
  return std::int64_t{process.pid};
}

[[nodiscard]] inline Value start_value(const linux::ProcessId& process) {
  return static_cast<std::int64_t>(process.start_time);
}

[[nodiscard]] inline Timestamp time_at(const Row& row, int column) {
  return Timestamp(Timestamp::duration(row.number(column)));
}

[[nodiscard]] inline std::optional<Timestamp> optional_time_at(const Row& row, int column) {
  return row.is_null(column) ? std::nullopt : std::optional(time_at(row, column));
}

[[nodiscard]] inline std::optional<std::string> optional_text_at(const Row& row, int column) {
  return row.is_null(column) ? std::nullopt : std::optional(row.text(column));
}

// Pid and start time in two columns side by side.
[[nodiscard]] inline linux::ProcessId process_at(const Row& row, int column) {
  return {static_cast<pid_t>(row.number(column)),
          static_cast<std::uint64_t>(row.number(column + 1))};
}

}  // namespace podsysctl::store
