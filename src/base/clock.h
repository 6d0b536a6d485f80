// SPDX-License-Identifier: Apache-2.0
// Time as the project stores and prints it. A Clock is handed down from main, so that tests own
// time. Thread-safety: implementations are safe to call from any thread.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace podsysctl {

using Timestamp = std::chrono::sys_time<std::chrono::microseconds>;

class Clock {
 public:
  Clock() = default;
  Clock(const Clock&) = delete;
  Clock& operator=(const Clock&) = delete;
  virtual ~Clock() = default;
  [[nodiscard]] virtual Timestamp now() const = 0;
};

class SystemClock final : public Clock {
 public:
  [[nodiscard]] Timestamp now() const override;
};

// RFC 3339 in UTC with seconds, as Kubernetes prints it: "2026-11-23T22:30:01Z".
[[nodiscard]] std::string to_rfc3339(Timestamp time);

// RFC 3339 with nine fractional digits, as the CRI log format wants it.
[[nodiscard]] std::string to_rfc3339_nano(Timestamp time);

// RFC 3339 with any offset and any number of fractional digits (microseconds are kept); nothing for
// what is no such time. A leap second counts as the second before it.
[[nodiscard]] std::optional<Timestamp> parse_rfc3339(std::string_view text);

}  // namespace podsysctl
