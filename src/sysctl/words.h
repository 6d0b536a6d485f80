// SPDX-License-Identifier: Apache-2.0
// The words of a value one after another, without a list of them: values are compared for every
// key of every pod that starts. Blanks as split_words() has them. Thread-safety: pure functions.
#pragma once

#include <algorithm>
#include <string_view>

namespace podsysctl::sysctl {

// Takes the first word off the text; "" where there is none left.
[[nodiscard]] inline std::string_view take_word(std::string_view& text) noexcept {
  const auto is_blank = [](char c) { return c == ' ' || (c >= '\t' && c <= '\r'); };
  const auto begin = std::ranges::find_if_not(text, is_blank);
  const auto end = std::find_if(begin, text.end(), is_blank);
  const std::string_view word(begin, end);
  text = std::string_view(end, text.end());
  return word;
}

// Whether both have as many words, and `same` holds for each of one and its counterpart.
template <class Same>
[[nodiscard]] bool same_words(std::string_view one, std::string_view other, const Same& same) {
  for (;;) {
    const std::string_view left = take_word(one);
    const std::string_view right = take_word(other);
    if (left.empty() || right.empty()) {
      return left.empty() && right.empty();
    }
    if (!same(left, right)) {
      return false;
    }
  }
}

}  // namespace podsysctl::sysctl
