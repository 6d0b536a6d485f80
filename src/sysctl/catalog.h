// SPDX-License-Identifier: Apache-2.0
// What is known about each key: meaning, type, legal values, scope. The tables are constexpr,
// generated at build time by tools/catalog_gen.py from data/catalog/*.yaml (schema:
// data/README.md), so adding a key is a change of data only. Texts that are not known are empty.
// Thread-safety: constant data.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "sysctl/key.h"
#include "sysctl/scope.h"

namespace podsysctl::sysctl {

enum class ValueType : std::uint8_t {
  boolean,    // 0 or 1
  integer,    // elements[0]
  vector,     // one number per element, in `order`
  choice,     // one of `choices`
  word,       // text without blanks, at most max_length bytes
  text,       // words with blanks between them, at most max_length bytes
  gid_range,  // "LOW HIGH", or "1 0" for nobody
  port_list,  // "80,8000-8080" within elements[0]; may be read back empty
  bit_list,   // likewise, of bit numbers
  cpu_mask,   // hexadecimal words, separated by commas
  hex_key,    // four hexadecimal words with '-' between them; one key or two with ',' between
  command,    // writing does something; there is nothing to read back
};

enum class Order : std::uint8_t { none, non_decreasing };

// How the kernel's own unit changes the number between write and read-back.
enum class Rounding : std::uint8_t {
  none,
  milliseconds_to_ticks,  // up to the next clock tick: 1, 2, 3.33, 4 or 10 ms
  centiseconds_to_ticks,  // down, to less than one below
};

struct Range {
  std::int64_t min;
  std::uint64_t max;
};

struct Element {
  std::string_view name;  // "min", "default", "max"; empty where there is only one
  Range range;
};

struct Choice {
  std::string_view text;
  std::string_view meaning;
};

struct Entry {
  std::string_view key;    // canonical name; in a pattern '*' stands for one component
  std::string_view group;  // "net.ipv4.tcp"
  std::string_view meaning;
  std::string_view unit;
  std::string_view source;            // the kernel document or manual page
  std::string_view namespaced_since;  // first kernel where each namespace has its own
  std::string_view safe_since;        // first Kubernetes version that has it on the safe list
  std::string_view safe_kernel;       // the kernel that this takes
  Scope scope;
  ValueType type;
  Order order;
  Rounding rounding;
  std::uint16_t max_length;
  std::span<const Element> elements;
  std::span<const Choice> choices;
};

// Sorted by key, bytewise.
[[nodiscard]] std::span<const Entry> catalog_entries() noexcept;
[[nodiscard]] std::span<const Entry> catalog_patterns() noexcept;

// The key's own entry, else the pattern that it matches, else nullptr.
[[nodiscard]] const Entry* find_entry(const SysctlKey& key);

}  // namespace podsysctl::sysctl
