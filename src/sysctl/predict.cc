// SPDX-License-Identifier: Apache-2.0
#include "sysctl/predict.h"

#include <algorithm>
#include <string>
#include <string_view>

#include "sysctl/probe_leaks.h"

namespace podsysctl::sysctl {
namespace {

Settability without_leaks(const Entry& entry, KernelVersion kernel) {
  if (entry.scope == Scope::node || entry.scope == Scope::user) {
    return Settability::node_only;
  }
  const bool says_nothing = entry.namespaced_since.empty() && entry.visible_since.empty();
  if (says_nothing || reached(entry.namespaced_since, kernel)) {
    return Settability::pod_writable;
  }
  return reached(entry.visible_since, kernel) ? Settability::pod_read_only : Settability::node_only;
}

// Whether the key is the pattern with this component in place of '*'.
bool is_instance(std::string_view pattern, std::string_view component, std::string_view key) {
  const std::size_t star = pattern.find('*');
  if (star == std::string_view::npos) {
    return false;
  }
  std::string name(pattern);
  name.replace(star, 1, component);
  return name == key;
}

}  // namespace

bool reached(std::string_view since, KernelVersion kernel) {
  const auto first = parse_kernel_version(since);
  return first && kernel >= *first;
}

Settability predict(const Entry& entry, KernelVersion kernel) {
  const bool born = entry.since.empty() || reached(entry.since, kernel);
  if (!born || reached(entry.removed, kernel)) {
    return Settability::absent;
  }
  const Settability settability = without_leaks(entry, kernel);
  const bool reaches_a_pod =
      settability == Settability::pod_writable || settability == Settability::pod_read_only;
  return reaches_a_pod && known_leak(entry, kernel) ? Settability::leaky : settability;
}

Settability predict(const Entry& entry, const SysctlKey& key, KernelVersion kernel) {
  const Settability settability = predict(entry, kernel);
  const bool of_node =
      std::ranges::any_of(entry.node_instances, [&](const std::string_view instance) {
        return is_instance(entry.key, instance, key.name());
      });
  return of_node && settability != Settability::absent ? Settability::node_only : settability;
}

}  // namespace podsysctl::sysctl
