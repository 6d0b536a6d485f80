// SPDX-License-Identifier: Apache-2.0
// PodRecord::source_hash of a static pod: the hash of its manifest and, behind "+", why it is not
// to be tried again: the fingerprint of the policy that refused it, or "final". On record, so that
// a service that starts anew knows. Thread-safety: values.
#pragma once

#include <string>
#include <string_view>

namespace podsysctl::service {

// A pod of restartPolicy Never whose launch failed: only another manifest leads to another attempt.
inline constexpr std::string_view kFinal = "final";

struct SourceMark {
  std::string hash;
  std::string settled_by;  // "": not settled
};

[[nodiscard]] inline SourceMark read_mark(std::string_view text) {
  const std::size_t plus = text.find('+');
  return {std::string(text.substr(0, plus)),
          plus == std::string_view::npos ? std::string() : std::string(text.substr(plus + 1))};
}

[[nodiscard]] inline std::string to_text(const SourceMark& mark) {
  return mark.settled_by.empty() ? mark.hash : mark.hash + "+" + mark.settled_by;
}

}  // namespace podsysctl::service
