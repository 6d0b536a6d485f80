// SPDX-License-Identifier: Apache-2.0
#include "base/clock.h"

#include <fmt/core.h>

namespace podsysctl {
namespace {

std::string date_and_time(Timestamp time) {
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(std::chrono::floor<std::chrono::seconds>(time - day));
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                     clock.hours().count(), clock.minutes().count(), clock.seconds().count());
}

}  // namespace

Timestamp SystemClock::now() const {
  return std::chrono::time_point_cast<std::chrono::microseconds>(std::chrono::system_clock::now());
}

std::string to_rfc3339(Timestamp time) { return date_and_time(time) + "Z"; }

std::string to_rfc3339_nano(Timestamp time) {
  const auto fraction = time - std::chrono::floor<std::chrono::seconds>(time);
  return fmt::format("{}.{:09}Z", date_and_time(time),
                     std::chrono::duration_cast<std::chrono::nanoseconds>(fraction).count());
}

}  // namespace podsysctl
