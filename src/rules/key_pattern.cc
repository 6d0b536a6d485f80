// SPDX-License-Identifier: Apache-2.0
#include "rules/key_pattern.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/strings.h"
#include "sysctl/catalog.h"
#include "sysctl/scope.h"

namespace podsysctl::rules {
namespace {

using sysctl::Scope;
using sysctl::SysctlKey;

// What a pod may own begins with one of these, or is one of them: scope_of() as prefixes.
constexpr std::array<std::string_view, 12> kOwned{
    "net.",          "fs.mqueue.",    "user.",         "kernel.sem",
    "kernel.shmall", "kernel.shmmax", "kernel.shmmni", "kernel.shm_rmid_forced",
    "kernel.msgmax", "kernel.msgmnb", "kernel.msgmni", "kernel.domainname"};

bool may_be_owned(std::string_view pattern) {
  const std::string_view head = pattern.substr(0, pattern.find('*'));
  return std::ranges::any_of(kOwned, [head](std::string_view owned) {
    return owned.starts_with(head) || (owned.ends_with('.') && head.starts_with(owned));
  });
}

std::string canonical(std::string_view spelling) {
  std::string text(spelling);
  const std::size_t first = text.find_first_of("./");
  if (first != std::string::npos && text[first] == '/') {
    std::ranges::replace(text, '.', '\n');
    std::ranges::replace(text, '/', '.');
    std::ranges::replace(text, '\n', '/');
  }
  return text;
}

// What is wrong with the stars, or "".
std::string_view fault_of_stars(std::string_view text) {
  const std::vector<std::string_view> parts = split(text, '.');
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const std::size_t star = parts[i].find('*');
    if (star == std::string_view::npos) {
      continue;
    }
    const bool last = i + 1 == parts.size();
    if (last ? star + 1 != parts[i].size() : parts[i] != "*") {
      return "'*' stands at the end, or for one whole component between two dots";
    }
  }
  return "";
}

}  // namespace

Result<KeyPattern> KeyPattern::parse(std::string_view spelling) {
  if (!spelling.contains('*')) {
    PSYS_TRY_ASSIGN(const SysctlKey key, SysctlKey::parse(spelling));
    if (is_beyond_policies(key)) {
      return Error::of(Code::not_namespaced, "{}", why_beyond_policies(key));
    }
    return KeyPattern(key.name());
  }
  if (spelling.contains('\n')) {
    return Error::of(Code::invalid_argument, "{} holds a newline", in_quotes(spelling));
  }
  std::string text = canonical(spelling);
  if (const std::string_view fault = fault_of_stars(text); !fault.empty()) {
    return Error::of(Code::invalid_argument, "{}: {}", in_quotes(spelling), fault);
  }
  std::string filled = text;
  std::ranges::replace(filled, '*', 'x');
  PSYS_TRY(SysctlKey::parse(filled));
  if (!may_be_owned(text)) {
    return Error::of(Code::not_namespaced,
                     "{} matches nothing that a pod has of its own; such keys begin with net., "
                     "kernel.shm, kernel.msg, kernel.sem or fs.mqueue.",
                     in_quotes(spelling));
  }
  return KeyPattern(std::move(text));
}

bool KeyPattern::matches(const SysctlKey& key) const noexcept {
  std::string_view pattern = text_;
  std::string_view name = key.name();
  for (;;) {
    const std::size_t star = pattern.find('*');
    if (star == std::string_view::npos) {
      return pattern == name;
    }
    if (!name.starts_with(pattern.substr(0, star))) {
      return false;
    }
    if (star + 1 == pattern.size()) {
      return true;
    }
    name.remove_prefix(star);
    pattern.remove_prefix(star + 1);
    const std::size_t end = name.find('.');
    if (end == 0 || end == std::string_view::npos) {
      return false;
    }
    name.remove_prefix(end);
  }
}

std::size_t KeyPattern::weight() const noexcept {
  return is_name() ? SysctlKey::kMaxLength + 1
                   : text_.size() - static_cast<std::size_t>(std::ranges::count(text_, '*'));
}

bool is_beyond_policies(const SysctlKey& key) {
  const Scope scope = sysctl::scope_of(key);
  if (scope == Scope::node || key.name() == "kernel.hostname") {
    return true;
  }
  const sysctl::Entry* const entry = sysctl::find_entry(key);
  return entry != nullptr &&
         (entry->scope == Scope::node ||
          std::ranges::find(entry->node_instances, key.name()) != entry->node_instances.end());
}

std::string why_beyond_policies(const SysctlKey& key) {
  if (sysctl::scope_of(key) == Scope::uts) {
    return fmt::format("{} is the pod's host name: set spec.hostname", key.name());
  }
  return fmt::format(
      "{} belongs to the node, all pods share it, and no policy can give it to a pod: set it on "
      "the node with sysctl(8)",
      key.name());
}

}  // namespace podsysctl::rules
