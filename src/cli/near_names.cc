// SPDX-License-Identifier: Apache-2.0
#include "cli/near_names.h"

#include <algorithm>
#include <set>
#include <utility>

#include "base/strings.h"

namespace podsysctl::cli {
namespace {

constexpr std::size_t kMostNames = 5;

// The pattern with the component that the name has at its place: a name that is misspelt elsewhere
// keeps its interface.
std::string filled(std::string_view pattern, const std::vector<std::string_view>& name) {
  const auto parts = split(pattern, '.');
  std::string out;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    out += i == 0 ? "" : ".";
    out += parts[i] == "*" && i < name.size() ? name[i] : parts[i];
  }
  return out;
}

std::set<std::string> all_names(const KernelFacts& kernel, std::string_view name) {
  std::set<std::string> names;
  for (const sysctl::Entry& entry : sysctl::catalog_entries()) {
    names.emplace(entry.key);
  }
  const auto parts = split(name, '.');
  for (const sysctl::Entry& entry : sysctl::catalog_patterns()) {
    if (!entry.key.ends_with('*')) {  // else the name would be its own suggestion
      names.insert(filled(entry.key, parts));
    }
  }
  if (kernel.report) {
    for (const sysctl::ProbedKey& probed : kernel.report->keys) {
      names.insert(probed.key.name());
    }
  }
  return names;
}

std::string_view last_component(std::string_view name) {
  return name.substr(name.find_last_of('.') + 1);
}

// More than `few` where that is so.
std::size_t edits_to(std::string_view candidate, std::string_view name, std::size_t few) {
  const std::size_t longer = std::max(candidate.size(), name.size());
  const std::size_t shorter = std::min(candidate.size(), name.size());
  return longer - shorter > few ? few + 1 : edit_distance(candidate, name);
}

}  // namespace

std::vector<std::string> near_names(const KernelFacts& kernel, std::string_view name) {
  const std::size_t few = std::max<std::size_t>(2, name.size() / 6);
  // People often give the end alone: tcp_keepalive_time.
  const bool is_end = name.find('.') == std::string_view::npos;
  std::vector<std::pair<std::size_t, std::string>> ranked;
  for (const std::string& candidate : all_names(kernel, name)) {
    const std::size_t edits =
        last_component(candidate) == last_component(name)
            ? 1
            : edits_to(is_end ? last_component(candidate) : candidate, name, few);
    if (edits <= few) {
      ranked.emplace_back(edits, candidate);
    }
  }
  std::ranges::sort(ranked);
  ranked.resize(std::min(ranked.size(), kMostNames));
  std::vector<std::string> names;
  names.reserve(ranked.size());
  for (auto& [edits, candidate] : ranked) {
    names.push_back(std::move(candidate));
  }
  return names;
}

}  // namespace podsysctl::cli
