// SPDX-License-Identifier: Apache-2.0
#include "edit/edits.h"

#include <algorithm>
#include <tuple>

namespace podsysctl::edit {

Result<std::vector<Edit>> ordered(std::vector<Edit> edits, std::size_t text_size) {
  std::ranges::stable_sort(edits, {},
                           [](const Edit& edit) { return std::tie(edit.begin, edit.end); });
  std::size_t after = 0;
  for (const Edit& edit : edits) {
    if (edit.begin > edit.end || edit.end > text_size) {
      return Error::of(Code::invalid_argument, "an edit outside of the text");
    }
    if (edit.begin < after) {
      return Error::of(Code::conflict, "two changes overlap at byte {}", edit.begin);
    }
    after = edit.end;
  }
  return edits;
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
