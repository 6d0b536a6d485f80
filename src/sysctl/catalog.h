// SPDX-License-Identifier: Apache-2.0
// What is known about each key: meaning, type, legal and sensible values, scope, the kernels that
// have it, when a change takes effect, advice. The tables are constexpr, generated at build time by
// tools/catalog_gen.py from data/catalog/*.yaml (schema: data/README.md), so adding a key is a
// change of data only. Texts that are not known are empty.
// Thread-safety: constant data.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "sysctl/kernel_version.h"
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

// When a change is felt: by what is made or happens next. `never`: nothing reads it any more.
enum class Effect : std::uint8_t {
  unknown,
  at_once,
  next_packet,
  next_segment,
  next_timer,
  next_socket,
  next_connection,
  next_listen,
  next_object,
  next_interface,
  next_process,
  never,
};

struct Range {
  std::int64_t min;
  std::uint64_t max;
};

struct Element {
  std::string_view name;  // "min", "default", "max"; empty where there is only one
  Range range;
  std::optional<Range> sensible = std::nullopt;  // advice: inside `range`
};

struct Choice {
  std::string_view text;
  std::string_view meaning;
};

// Kernels on which a write in a pod's namespace reaches the host.
struct Leak {
  std::string_view effect;
  // Ascending; the last one holds for all newer series. Empty: no kernel so far is without it.
  std::span<const KernelVersion> fixed;
};

// Every member has a default: the generated rows name what is given.
struct Entry {
  std::string_view key = {};    // canonical name; in a pattern '*' stands for one component
  std::string_view group = {};  // "net.ipv4.tcp"
  std::string_view meaning = {};
  std::string_view unit = {};
  std::string_view source = {};  // the kernel document or manual page
  // In a fresh namespace; on the node for its own keys. It may be empty, which nullopt is not.
  std::optional<std::string_view> default_value = std::nullopt;
  std::string_view default_depends = {};   // what else the default depends on
  std::string_view since = {};             // first kernel with the key; empty: older than 2.6.12
  std::string_view visible_since = {};     // first kernel on which a pod sees it without owning it
  std::string_view namespaced_since = {};  // first kernel where each namespace has its own
  std::string_view removed = {};           // first kernel without it
  std::string_view module = {};            // there only while this module is loaded
  std::string_view config = {};            // there only with CONFIG_<this>
  std::string_view safe_since = {};        // first Kubernetes version with it on the safe list
  std::string_view safe_kernel = {};       // the kernel that this takes
  std::string_view existing = {};          // what existing sockets and objects keep or take over
  std::string_view memory = {};            // memory that it may pin
  std::string_view folklore = {};          // why setting it is useless
  std::string_view instead = {};           // what to do instead
  std::span<const std::string_view> node_instances = {};  // of a pattern: these are the node's
  std::span<const std::string_view> interacts = {};       // keys and patterns of the catalogue
  std::span<const std::string_view> counters = {};        // counters that tell that it matters
  std::span<const std::string_view> traps = {};
  Scope scope = Scope::node;
  ValueType type = ValueType::text;
  Order order = Order::none;
  Rounding rounding = Rounding::none;
  Effect effect = Effect::unknown;
  std::uint16_t max_length = 0;
  std::span<const Element> elements = {};
  std::span<const Choice> choices = {};
  std::span<const Leak> leaks = {};
};

// Sorted by key, bytewise.
[[nodiscard]] std::span<const Entry> catalog_entries() noexcept;
[[nodiscard]] std::span<const Entry> catalog_patterns() noexcept;

// The key's own entry, else the pattern that it matches, else nullptr.
[[nodiscard]] const Entry* find_entry(const SysctlKey& key);

}  // namespace podsysctl::sysctl
