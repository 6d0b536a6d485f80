// SPDX-License-Identifier: Apache-2.0
// unified_diff(): the edits say which lines change, so nothing is searched for.
#include <algorithm>

#include <fmt/core.h>

#include "base/strings.h"
#include "edit/edits.h"

namespace podsysctl::edit {
namespace {

constexpr std::size_t kContext = 3;

std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = text.find('\n', at);
    const std::size_t next = end == std::string_view::npos ? text.size() : end + 1;
    lines.push_back(text.substr(at, next - at));
    at = next;
  }
  return lines;
}

// Old lines [first, first + removed) become `added`.
struct Change {
  std::size_t first = 0;
  std::size_t removed = 0;
  std::string added;
};

class Changes {
 public:
  explicit Changes(std::string_view text) : text_(text), lines_(lines_of(text)) {
    std::size_t at = 0;
    for (const std::string_view line : lines_) {
      starts_.push_back(at);
      at += line.size();
    }
    starts_.push_back(at);
  }

  std::vector<Change> of(std::span<const Edit> edits) {
    std::vector<Change> changes;
    for (std::size_t i = 0; i < edits.size();) {
      const std::size_t first = line_of(edits[i].begin);
      std::size_t last = last_line(edits[i]);
      std::size_t next = i + 1;
      while (next < edits.size() && line_of(edits[next].begin) <= last) {
        last = std::max(last, last_line(edits[next]));
        ++next;
      }
      changes.push_back(change(first, last, edits.subspan(i, next - i)));
      i = next;
    }
    std::erase_if(changes,
                  [](const Change& each) { return each.removed == 0 && each.added.empty(); });
    return changes;
  }

  [[nodiscard]] const std::vector<std::string_view>& lines() const { return lines_; }

 private:
  std::size_t line_of(std::size_t offset) const {
    const auto after = std::upper_bound(starts_.begin(), starts_.end() - 1, offset);
    return static_cast<std::size_t>(after - starts_.begin()) - (after == starts_.begin() ? 0U : 1U);
  }

  // Behind the lines that an edit touches. One that inserts whole lines touches none.
  std::size_t last_line(const Edit& edit) const {
    const bool at_start = edit.end < text_.size() && starts_[line_of(edit.end)] == edit.end;
    const bool whole = at_start && (edit.text.empty() || edit.text.ends_with('\n'));
    return std::min(line_of(edit.end) + (whole ? 0U : 1U), lines_.size());
  }

  Change change(std::size_t first, std::size_t last, std::span<const Edit> edits) const {
    last = std::max(first, last);
    const std::size_t begin = starts_[first];
    const std::size_t end = std::max(starts_[last], edits.back().end);
    std::vector<Edit> inside(edits.begin(), edits.end());
    for (Edit& edit : inside) {
      edit.begin -= begin;
      edit.end -= begin;
    }
    Change made{first, last - first, apply_edits(text_.substr(begin, end - begin), inside)};
    trim_equal(made);
    return made;
  }

  // Lines at both ends that the edits leave as they were.
  void trim_equal(Change& change) const {
    std::vector<std::string_view> added = lines_of(change.added);
    std::size_t front = 0;
    while (front < change.removed && front < added.size() &&
           lines_[change.first + front] == added[front]) {
      ++front;
    }
    std::size_t back = 0;
    while (back < change.removed - front && back < added.size() - front &&
           lines_[change.first + change.removed - back - 1] == added[added.size() - back - 1]) {
      ++back;
    }
    std::string kept;
    for (std::size_t i = front; i + back < added.size(); ++i) {
      kept += added[i];
    }
    change.first += front;
    change.removed -= front + back;
    change.added = std::move(kept);
  }

  std::string_view text_;
  std::vector<std::string_view> lines_;
  std::vector<std::size_t> starts_;
};

void put_line(std::string& out, char sign, std::string_view line) {
  out += sign;
  out += line;
  if (!line.ends_with('\n')) {
    out += "\n\\ No newline at end of file\n";
  }
}

std::string range(std::size_t first, std::size_t count) {
  // A range without lines is named by the line before it.
  const std::size_t shown = count == 0 ? first : first + 1;
  return count == 1 ? fmt::format("{}", shown) : fmt::format("{},{}", shown, count);
}

}  // namespace

std::string unified_diff(std::string_view text, std::span<const Edit> edits,
                         std::string_view name) {
  Changes all(text);
  const std::vector<Change> changes = all.of(edits);
  if (changes.empty()) {
    return "";
  }
  const std::vector<std::string_view>& lines = all.lines();
  std::string out = fmt::format("--- a/{0}\n+++ b/{0}\n", name);
  std::size_t grown = 0;  // lines added so far
  std::size_t shrunk = 0;
  for (std::size_t i = 0; i < changes.size();) {
    std::size_t next = i + 1;
    while (next < changes.size() &&
           changes[next].first - (changes[next - 1].first + changes[next - 1].removed) <=
               2 * kContext) {
      ++next;
    }
    const std::size_t begin = changes[i].first - std::min(changes[i].first, kContext);
    const std::size_t end =
        std::min(lines.size(), changes[next - 1].first + changes[next - 1].removed + kContext);
    std::string body;
    std::size_t at = begin;
    std::size_t added = 0;
    std::size_t removed = 0;
    for (; i < next; ++i) {
      for (; at < changes[i].first; ++at) {
        put_line(body, ' ', lines[at]);
      }
      for (std::size_t gone = 0; gone < changes[i].removed; ++gone, ++at) {
        put_line(body, '-', lines[at]);
      }
      for (const std::string_view line : lines_of(changes[i].added)) {
        put_line(body, '+', line);
        ++added;
      }
      removed += changes[i].removed;
    }
    for (; at < end; ++at) {
      put_line(body, ' ', lines[at]);
    }
    const std::size_t count = end - begin;
    out += fmt::format("@@ -{} +{} @@\n{}", range(begin, count),
                       range(begin + grown - shrunk, count + added - removed), body);
    grown += added;
    shrunk += removed;
  }
  return out;
}

}  // namespace podsysctl::edit
