// SPDX-License-Identifier: Apache-2.0
// The rules between keys, as data: generated at build time by tools/catalog_gen.py from
// data/constraints.yaml. Keys may have captures: in net.ipv4.conf.{interface}.{name} each capture
// stands for one component, the same in both keys of a rule; {interface} is never "all" or
// "default". Thread-safety: constant data and pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sysctl/key.h"

namespace podsysctl::sysctl {

enum class ConstraintKind : std::uint8_t {
  ordered,     // the first number of `first` <= the first number of `second`, at every moment
  overwrites,  // writing `first` changes `second` too, so `first` goes first
  same,        // two names of one variable
};

// Which write the kernel refuses when the rule would be broken.
enum class CheckedOn : std::uint8_t { lower, upper, both };

struct ValuePair {
  std::string_view first;
  std::string_view second;
};

struct Constraint {
  ConstraintKind kind;
  CheckedOn checked_on;  // ordered only
  std::string_view first;
  std::string_view second;
  // same only: second = factor * first; 0 where the units cannot be compared.
  std::uint32_t factor;
  std::span<const ValuePair> values;  // same only: which texts mean the same; empty: numbers
  std::string_view why;
  std::string_view source;
};

[[nodiscard]] std::span<const Constraint> constraints() noexcept;

// Capture name -> the component that it stands for, in the order of the pattern.
using Captures = std::vector<std::pair<std::string_view, std::string_view>>;

// The captures under which the pattern names the key; nullopt if it does not. Views into both.
[[nodiscard]] std::optional<Captures> match_pattern(std::string_view pattern, std::string_view key);

// The pattern with its captures filled in; nullopt if one has no value.
[[nodiscard]] std::optional<std::string> fill_pattern(std::string_view pattern,
                                                      const Captures& captures);

}  // namespace podsysctl::sysctl
