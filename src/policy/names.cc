// SPDX-License-Identifier: Apache-2.0
#include "policy/names.h"

#include <algorithm>
#include <array>

namespace podsysctl::policy {
namespace {

constexpr unsigned kSlashInPatterns = 23;
constexpr unsigned kSlashInNames = 25;
constexpr unsigned kStrictMap = 29;

constexpr std::string_view kDots = ".";
constexpr std::string_view kDotsAndSlashes = "./";

constexpr bool is_alphanumeric(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }

constexpr bool is_inner(char c) { return is_alphanumeric(c) || c == '-' || c == '_'; }

// [a-z0-9]([-_a-z0-9]*[a-z0-9])?
bool is_segment(std::string_view text) {
  return !text.empty() && is_alphanumeric(text.front()) && is_alphanumeric(text.back()) &&
         std::ranges::all_of(text, is_inner);
}

// ([a-z0-9][-_a-z0-9]*)?[a-z0-9*]
bool is_last_pattern_segment(std::string_view text) {
  if (text.empty()) {
    return false;
  }
  const std::string_view head = text.substr(0, text.size() - 1);
  return (is_alphanumeric(text.back()) || text.back() == '*') &&
         (head.empty() || (is_alphanumeric(head.front()) && std::ranges::all_of(head, is_inner)));
}

// (segment separator)* last. No segment can hold a separator, so the cut is unambiguous.
template <class IsLast>
bool is_separated(std::string_view text, std::string_view separators, IsLast is_last) {
  for (;;) {
    const std::size_t at = text.find_first_of(separators);
    if (at == std::string_view::npos) {
      return is_last(text);
    }
    if (!is_segment(text.substr(0, at))) {
      return false;
    }
    text.remove_prefix(at + 1);
  }
}

struct Row {
  std::string_view text;
  sysctl::Scope scope;
};

using sysctl::Scope;

// Up to 1.28.
constexpr std::array<Row, 1> kLooseNames{{{"kernel.sem", Scope::ipc}}};
constexpr std::array<Row, 4> kLoosePrefixes{{{"kernel.shm", Scope::ipc},
                                             {"kernel.msg", Scope::ipc},
                                             {"fs.mqueue.", Scope::ipc},
                                             {"net.", Scope::net}}};

// From 1.29 on. The stubs kernel.shm and kernel.msg keep the patterns kernel.shm* and kernel.msg*
// alive; kernel.shmm* and its like, fine until 1.28, keep a 1.29 kubelet from starting.
constexpr std::array<Row, 10> kStrictNames{{{"kernel.sem", Scope::ipc},
                                            {"kernel.shmall", Scope::ipc},
                                            {"kernel.shmmax", Scope::ipc},
                                            {"kernel.shmmni", Scope::ipc},
                                            {"kernel.shm_rmid_forced", Scope::ipc},
                                            {"kernel.msgmax", Scope::ipc},
                                            {"kernel.msgmnb", Scope::ipc},
                                            {"kernel.msgmni", Scope::ipc},
                                            {"kernel.shm", Scope::ipc},
                                            {"kernel.msg", Scope::ipc}}};
constexpr std::array<Row, 2> kStrictPrefixes{{{"fs.mqueue.", Scope::ipc}, {"net.", Scope::net}}};

template <class Names, class Prefixes>
std::optional<Scope> look_up(const Names& names, const Prefixes& prefixes, std::string_view name) {
  const auto exact = std::ranges::find(names, name, &Row::text);
  if (exact != names.end()) {
    return exact->scope;
  }
  const auto prefix =
      std::ranges::find_if(prefixes, [name](const Row& row) { return name.starts_with(row.text); });
  if (prefix != prefixes.end()) {
    return prefix->scope;
  }
  return std::nullopt;
}

}  // namespace

bool is_valid_name(std::string_view name, KubernetesVersion version) noexcept {
  const std::string_view separators = version.at_least(kSlashInNames) ? kDotsAndSlashes : kDots;
  return name.size() <= kMaxNameLength && is_separated(name, separators, is_segment);
}

bool is_valid_pattern(std::string_view pattern, KubernetesVersion version) noexcept {
  const std::string_view separators = version.at_least(kSlashInPatterns) ? kDotsAndSlashes : kDots;
  return pattern.size() <= kMaxNameLength &&
         is_separated(pattern, separators, is_last_pattern_segment);
}

std::string_view name_regex(KubernetesVersion version) noexcept {
  return version.at_least(kSlashInNames)
             ? R"(^([a-z0-9]([-_a-z0-9]*[a-z0-9])?[\./])*[a-z0-9]([-_a-z0-9]*[a-z0-9])?$)"
             : R"(([a-z0-9]([-_a-z0-9]*[a-z0-9])?\.)*[a-z0-9]([-_a-z0-9]*[a-z0-9])?)";
}

std::string_view pattern_regex(KubernetesVersion version) noexcept {
  return version.at_least(kSlashInPatterns)
             ? R"(([a-z0-9]([-_a-z0-9]*[a-z0-9])?[\./])*([a-z0-9][-_a-z0-9]*)?[a-z0-9*])"
             : R"(([a-z0-9]([-_a-z0-9]*[a-z0-9])?\.)*([a-z0-9][-_a-z0-9]*)?[a-z0-9*])";
}

std::string normalised_name(std::string_view raw, KubernetesVersion version) {
  std::string name(raw);
  const std::size_t separator = raw.find_first_of(kDotsAndSlashes);
  if (!version.at_least(kSlashInPatterns) || separator == std::string_view::npos ||
      raw[separator] == '.') {
    return name;
  }
  for (char& c : name) {
    if (c == '.') {
      c = '/';
    } else if (c == '/') {
      c = '.';
    }
  }
  return name;
}

std::optional<Scope> known_namespace(std::string_view name, KubernetesVersion version) noexcept {
  return version.at_least(kStrictMap) ? look_up(kStrictNames, kStrictPrefixes, name)
                                      : look_up(kLooseNames, kLoosePrefixes, name);
}

}  // namespace podsysctl::policy
