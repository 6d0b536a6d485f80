// SPDX-License-Identifier: Apache-2.0
#include "base/clock.h"

#include <algorithm>
#include <cstdint>

#include <fmt/core.h>

#include "base/strings.h"

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

// Takes the next number of exactly `digits` digits, and then `next` unless that is NUL.
std::optional<unsigned> take_number(std::string_view& text, std::size_t digits, char next) {
  if (text.size() < digits + (next == '\0' ? 0 : 1)) {
    return std::nullopt;
  }
  const auto number = parse_number<unsigned>(text.substr(0, digits));
  text.remove_prefix(digits);
  if (!number || next == '\0') {
    return number;
  }
  const bool fits = text.front() == next || (next == 'T' && text.front() == 't');
  text.remove_prefix(1);
  return fits ? number : std::nullopt;
}

std::optional<std::chrono::microseconds> take_fraction(std::string_view& text) {
  std::chrono::microseconds fraction{0};
  if (!text.starts_with('.')) {
    return fraction;
  }
  text.remove_prefix(1);
  std::int64_t unit = 100'000;
  std::size_t digits = 0;
  for (; !text.empty() && text.front() >= '0' && text.front() <= '9'; ++digits, unit /= 10) {
    fraction += std::chrono::microseconds((text.front() - '0') * unit);
    text.remove_prefix(1);
  }
  return digits == 0 ? std::nullopt : std::optional(fraction);
}

// "Z", "+02:00"; what local time is ahead of UTC.
std::optional<std::chrono::minutes> parse_offset(std::string_view text) {
  if (text == "Z" || text == "z") {
    return std::chrono::minutes(0);
  }
  if (!text.starts_with('+') && !text.starts_with('-')) {
    return std::nullopt;
  }
  const int sign = text.front() == '-' ? -1 : 1;
  text.remove_prefix(1);
  const auto hours = take_number(text, 2, ':');
  const auto minutes = hours ? take_number(text, 2, '\0') : std::nullopt;
  if (!minutes || !text.empty() || *hours > 23 || *minutes > 59) {
    return std::nullopt;
  }
  return std::chrono::minutes(sign * static_cast<int>(*hours * 60 + *minutes));
}

}  // namespace

std::optional<Timestamp> parse_rfc3339(std::string_view text) {
  const auto year = take_number(text, 4, '-');
  const auto month = year ? take_number(text, 2, '-') : std::nullopt;
  const auto day = month ? take_number(text, 2, 'T') : std::nullopt;
  const auto hour = day ? take_number(text, 2, ':') : std::nullopt;
  const auto minute = hour ? take_number(text, 2, ':') : std::nullopt;
  const auto second = minute ? take_number(text, 2, '\0') : std::nullopt;
  const auto fraction = second ? take_fraction(text) : std::nullopt;
  const auto offset = fraction ? parse_offset(text) : std::nullopt;
  if (!offset || *hour > 23 || *minute > 59 || *second > 60) {
    return std::nullopt;
  }
  const std::chrono::year_month_day date(std::chrono::year(static_cast<int>(*year)),
                                         std::chrono::month(*month), std::chrono::day(*day));
  if (!date.ok()) {
    return std::nullopt;
  }
  return std::chrono::sys_days(date) + std::chrono::hours(*hour) + std::chrono::minutes(*minute) +
         std::chrono::seconds(std::min(*second, 59U)) + *fraction - *offset;
}

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
