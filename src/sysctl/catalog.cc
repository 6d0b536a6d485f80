// SPDX-License-Identifier: Apache-2.0
#include "sysctl/catalog.h"

#include <algorithm>
#include <string>

namespace podsysctl::sysctl {
namespace {

const Entry* find_in(std::span<const Entry> table, std::string_view key) noexcept {
  const auto row = std::ranges::lower_bound(table, key, {}, &Entry::key);
  return row != table.end() && row->key == key ? &*row : nullptr;
}

}  // namespace

const Entry* find_entry(const SysctlKey& key) {
  const std::string& name = key.name();
  if (const Entry* const entry = find_in(catalog_entries(), name)) {
    return entry;
  }
  // Patterns have one '*' each, so each component is tried in its place.
  std::size_t begin = 0;
  while (begin <= name.size()) {
    const std::size_t end = std::min(name.find('.', begin), name.size());
    std::string pattern = name;
    pattern.replace(begin, end - begin, "*");
    if (const Entry* const entry = find_in(catalog_patterns(), pattern)) {
      return entry;
    }
    begin = end + 1;
  }
  return nullptr;
}

}  // namespace podsysctl::sysctl
