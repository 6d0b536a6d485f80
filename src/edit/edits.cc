// SPDX-License-Identifier: Apache-2.0
#include "edit/edits.h"

#include <algorithm>
#include <numeric>
#include <tuple>
#include <utility>

namespace podsysctl::edit {

Result<std::vector<Edit>> ordered(std::vector<Edit> edits, std::size_t text_size) {
  std::vector<std::size_t> order(edits.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::sort(order, [&edits](std::size_t left, std::size_t right) {
    return std::tie(edits[left].begin, edits[left].end, left) <
           std::tie(edits[right].begin, edits[right].end, right);
  });
  std::vector<Edit> sorted;
  sorted.reserve(edits.size());
  for (const std::size_t index : order) {
    sorted.push_back(std::move(edits[index]));
  }
  std::size_t after = 0;
  for (const Edit& edit : sorted) {
    if (edit.begin > edit.end || edit.end > text_size) {
      return Error::of(Code::invalid_argument, "an edit outside of the text");
    }
    if (edit.begin < after) {
      return Error::of(Code::conflict, "two changes overlap at byte {}", edit.begin);
    }
    after = edit.end;
  }
  return sorted;
}

std::string apply_edits(std::string_view text, std::span<const Edit> edits) {
  std::string changed;
  std::size_t kept = 0;
  for (const Edit& edit : edits) {
    changed.append(text, kept, edit.begin - kept);
    changed += edit.text;
    kept = edit.end;
  }
  changed.append(text, kept);
  return changed;
}

}  // namespace podsysctl::edit
