// SPDX-License-Identifier: Apache-2.0
#include "edit/edits.h"

#include <algorithm>
#include <tuple>
#include <utility>

namespace podsysctl::edit {

Result<std::vector<Edit>> ordered(std::vector<Edit> edits, std::size_t text_size) {
  // Edits in one place stay in their order. (stable_sort of GCC 12 is deprecated inside.)
  std::vector<std::size_t> order(edits.size());
  for (std::size_t i = 0; i < order.size(); ++i) {
    order[i] = i;
  }
  std::ranges::sort(
      order, {}, [&edits](std::size_t i) { return std::tuple(edits[i].begin, edits[i].end, i); });
  std::vector<Edit> sorted;
  sorted.reserve(edits.size());
  for (const std::size_t i : order) {
    sorted.push_back(std::move(edits[i]));
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
