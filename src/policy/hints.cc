// SPDX-License-Identifier: Apache-2.0
#include "policy/hints.h"

#include <optional>

#include <fmt/core.h>

#include "policy/alpha_annotations.h"
#include "policy/go_quote.h"
#include "policy/names.h"
#include "policy/safe_list.h"
#include "sysctl/key.h"

namespace podsysctl::policy {
namespace {

using sysctl::Scope;
using sysctl::SysctlKey;

constexpr unsigned kFieldSince = 11;
constexpr unsigned kSlashSince = 23;

// The narrowest entry of the allowlist that lets the name in: the name, or, where the regex refuses
// it (capitals, '@'), the longest prefix that ends with a separator.
std::string narrowest_pattern(std::string_view name, KubernetesVersion version) {
  if (is_valid_pattern(name, version)) {
    return std::string(name);
  }
  for (std::size_t end = name.find_last_of("./"); end != std::string_view::npos && end > 0;
       end = name.find_last_of("./", end - 1)) {
    std::string pattern(name.substr(0, end + 1));
    const bool is_known = known_namespace(pattern, version).has_value();
    pattern += '*';
    if (is_known && is_valid_pattern(pattern, version)) {
      return pattern;
    }
  }
  return std::string(name);
}

// " (…)" where the name is safe elsewhere: in a later Kubernetes, or on a newer kernel.
std::string where_it_is_safe(std::string_view name, const Allowlist& allowlist) {
  const SafeSysctl* const row = find_safe_sysctl(name);
  if (row == nullptr) {
    return "";
  }
  if (allowlist.version() < row->since) {
    return fmt::format(" (Kubernetes {} and later allow it without)", row->since.to_string());
  }
  if (row->kernel && (!allowlist.kernel() || *allowlist.kernel() < *row->kernel)) {
    return fmt::format(
        " (allowed without from Linux {} on; this node's kernel {})", row->kernel->to_string(),
        allowlist.kernel() ? "is " + allowlist.kernel()->to_string() : "version is not known");
  }
  return "";
}

std::string leave_safe_annotation(KubernetesVersion version) {
  return version.at_least(kFieldSince)
             ? "move it to spec.securityContext.sysctls"
             : fmt::format("move it to the annotation {}", kUnsafeSysctlsAnnotation);
}

// What no allowlist of any version can give to a pod.
std::string hint_for_unlistable(const SysctlKey& key, Scope scope) {
  if (scope == Scope::node) {
    return fmt::format("{} belongs to the node, all pods share it: set it on the node itself",
                       key.name());
  }
  return fmt::format(
      "{} belongs to the {} namespace, and no Kubernetes allowlist knows more than net and ipc: "
      "remove it",
      key.name(), to_string(scope));
}

}  // namespace

std::string hint_for_unlisted(std::string_view raw_name, AskedBy asked_by,
                              const Allowlist& allowlist) {
  const KubernetesVersion version = allowlist.version();
  const auto key = SysctlKey::parse(raw_name);
  if (!key) {
    return fmt::format("{}: write a name like net.core.somaxconn", key.error().message);
  }
  const Scope scope = scope_of(*key);
  if (scope != Scope::net && scope != Scope::ipc) {
    return hint_for_unlistable(*key, scope);
  }
  const std::string name = normalised_name(raw_name, version);
  if (name != key->name()) {
    return fmt::format("write it as {}: Kubernetes before 1.{} takes no '/' for a separator",
                       key->name(), kSlashSince);
  }
  const bool safe_only = asked_by == AskedBy::sysctls_annotation;
  if (safe_only && allowlist.find(name, Allowlist::Part::all)) {
    return fmt::format("the annotation {} takes safe sysctls only: {}", kSysctlsAnnotation,
                       leave_safe_annotation(version));
  }
  return fmt::format("allow it on this node with {} '{}'{}{}", allowlist_flag(version),
                     narrowest_pattern(name, version), where_it_is_safe(name, allowlist),
                     safe_only ? ", and " + leave_safe_annotation(version) : "");
}

std::string_view hint_for_host_namespace(Scope scope) noexcept {
  return scope == Scope::ipc
             ? "drop hostIPC or this sysctl: the pod shares the host's IPC namespace, "
               "and the host's value must not change"
             : "drop hostNetwork or this sysctl: the pod shares the host's network "
               "namespace, and the host's value must not change";
}

}  // namespace podsysctl::policy
