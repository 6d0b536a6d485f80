// SPDX-License-Identifier: Apache-2.0
#include "check/split.h"

#include <algorithm>

namespace podsysctl::check {
namespace {

constexpr std::string_view kBlanks = " \t\r\n";
constexpr std::string_view kMarker = "---";

bool is_marker(std::string_view line) {
  return line.starts_with(kMarker) &&
         (line.size() == kMarker.size() ||
          kBlanks.find(line[kMarker.size()]) != std::string_view::npos);
}

// Whether a line after the last marker begins with '%': what follows belongs to it.
bool has_directive(std::string_view text) {
  for (std::size_t at = text.rfind('%'); at != std::string_view::npos;
       at = at == 0 ? std::string_view::npos : text.rfind('%', at - 1)) {
    if (at == 0 || text[at - 1] == '\n') {
      const std::string_view after = text.substr(at);
      std::size_t newline = 0;
      while ((newline = after.find('\n', newline)) != std::string_view::npos) {
        if (is_marker(after.substr(++newline, kMarker.size() + 1))) {
          return false;
        }
      }
      return true;
    }
  }
  return false;
}

}  // namespace

std::optional<Part> DocumentCutter::next(std::size_t bytes) {
  if (at_ >= text_.size()) {
    return std::nullopt;
  }
  const std::size_t begin = at_;
  const yaml::Position start = start_;
  // The first marker that is far enough, or the last before it, unless directives stand between it
  // and the one before.
  const std::size_t enough = begin + std::max<std::size_t>(bytes, 1);
  at_ = next_marker(enough);
  if (at_ - begin > 2 * bytes) {
    at_ = last_marker(begin, enough).value_or(at_);
  }
  while (at_ < text_.size() && has_directive(text_.substr(begin, at_ - begin))) {
    at_ = next_marker(at_ + 1);
  }
  const std::string_view part = text_.substr(begin, at_ - begin);
  start_.line += static_cast<std::uint32_t>(std::ranges::count(part, '\n'));
  return Part{.text = part, .start = start};
}

// Behind `begin` and before `end`.
std::optional<std::size_t> DocumentCutter::last_marker(std::size_t begin, std::size_t end) const {
  const std::string_view between = text_.substr(begin, end - begin);
  for (std::size_t newline = between.rfind('\n'); newline != std::string_view::npos && newline > 0;
       newline = between.rfind('\n', newline - 1)) {
    if (is_marker(text_.substr(begin + newline + 1, kMarker.size() + 1))) {
      return begin + newline + 1;
    }
  }
  return std::nullopt;
}

// The first line at `from` or after it that is a marker; the end of the text if there is none.
std::size_t DocumentCutter::next_marker(std::size_t from) const {
  std::size_t newline = from - 1;  // a line at `from` begins after it
  while ((newline = text_.find('\n', newline)) != std::string_view::npos) {
    ++newline;
    if (is_marker(text_.substr(newline, kMarker.size() + 1))) {
      return newline;
    }
  }
  return text_.size();
}

}  // namespace podsysctl::check
