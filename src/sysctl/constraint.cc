// SPDX-License-Identifier: Apache-2.0
#include "sysctl/constraint.h"

#include <algorithm>

#include "base/strings.h"

namespace podsysctl::sysctl {
namespace {

bool is_capture(std::string_view component) noexcept { return component.starts_with('{'); }

std::string_view capture_name(std::string_view component) noexcept {
  return component.substr(1, component.size() - 2);
}

bool may_stand_for(std::string_view capture, std::string_view component) noexcept {
  return capture != "interface" || (component != "all" && component != "default");
}

}  // namespace

std::optional<Captures> match_pattern(std::string_view pattern, std::string_view key) {
  Captures captures;
  while (true) {
    const std::size_t pattern_end = std::min(pattern.find('.'), pattern.size());
    const std::size_t key_end = std::min(key.find('.'), key.size());
    const std::string_view wanted = pattern.substr(0, pattern_end);
    const std::string_view component = key.substr(0, key_end);
    if (is_capture(wanted)) {
      if (!may_stand_for(capture_name(wanted), component)) {
        return std::nullopt;
      }
      captures.emplace_back(capture_name(wanted), component);
    } else if (wanted != component) {
      return std::nullopt;
    }
    const bool pattern_done = pattern_end == pattern.size();
    if (pattern_done != (key_end == key.size())) {
      return std::nullopt;
    }
    if (pattern_done) {
      return captures;
    }
    pattern.remove_prefix(pattern_end + 1);
    key.remove_prefix(key_end + 1);
  }
}

std::optional<std::string> fill_pattern(std::string_view pattern, const Captures& captures) {
  std::string filled;
  for (const std::string_view component : split(pattern, '.')) {
    if (!filled.empty()) {
      filled += '.';
    }
    if (!is_capture(component)) {
      filled += component;
      continue;
    }
    const auto found =
        std::ranges::find(captures, capture_name(component), &Captures::value_type::first);
    if (found == captures.end()) {
      return std::nullopt;
    }
    filled += found->second;
  }
  return filled;
}

}  // namespace podsysctl::sysctl
