// SPDX-License-Identifier: Apache-2.0
#include "policy/api_validation.h"

#include <algorithm>
#include <set>

#include <fmt/core.h>

#include "policy/go_quote.h"
#include "policy/hints.h"
#include "policy/names.h"
#include "sysctl/key.h"

namespace podsysctl::policy {
namespace {

using sysctl::Scope;

constexpr unsigned kFieldSince = 11;
constexpr unsigned kPodOsSince = 24;  // spec.os: enabled by default
constexpr unsigned kHostRuleSince = 29;

// What is wrong with a name that the regex refuses, as far as it can be told.
std::string hint_for_invalid(std::string_view name) {
  if (name.size() > kMaxNameLength) {
    return "no sysctl has so long a name";
  }
  if (name.find('=') != std::string_view::npos) {
    return "put what follows '=' into value:";
  }
  if (name.find('*') != std::string_view::npos) {
    return "name each sysctl: '*' is for allowlists only";
  }
  // Only a version without '/' refuses a name that has one and is right otherwise.
  const auto key = sysctl::SysctlKey::parse(name);
  if (key && is_valid_name(name, KubernetesVersion::newest())) {
    return key->name().find('/') == std::string::npos
               ? fmt::format("write it with dots: {}", key->name())
               : "an interface name with a dot cannot be given to this version of Kubernetes";
  }
  if (key && std::ranges::any_of(name, [](char c) { return c >= 'A' && c <= 'Z'; })) {
    return "Kubernetes takes lower case only: an interface name with capitals cannot be given";
  }
  return "write it like net.core.somaxconn: lower-case letters, digits, '-' and '_' between dots";
}

// The host-namespace rule looks at the name up to a '*', valid or not.
std::optional<Scope> shared_namespace(std::string_view name, const ApiContext& context) {
  const std::string normalised = normalised_name(name, context.version);
  const std::optional<Scope> scope = known_namespace(
      std::string_view(normalised).substr(0, normalised.find('*')), context.version);
  const bool shared = (scope == Scope::net && context.host.net == NamespaceMode::host) ||
                      (scope == Scope::ipc && context.host.ipc == NamespaceMode::host);
  return shared ? scope : std::nullopt;
}

std::string host_rule(Scope scope) {
  return fmt::format("may not be specified when '{}' is true",
                     scope == Scope::net ? "hostNetwork" : "hostIPC");
}

}  // namespace

std::vector<FieldFault> validate_sysctl_names(std::span<const std::string> names,
                                              const ApiContext& context) {
  std::vector<FieldFault> faults;
  std::set<std::string_view> seen;  // compared as written: kernel.sem and kernel/sem both pass
  const std::string list = fmt::format("{}.securityContext.sysctls", context.spec_path);
  for (std::size_t i = 0; i < names.size(); ++i) {
    const std::string& name = names[i];
    const std::string path = fmt::format("{}[{}].name", list, i);
    const bool is_new = seen.insert(name).second;
    if (name.empty()) {
      faults.push_back({i, path, "Required value", "give the sysctl a name", FaultKind::required});
    } else if (!is_valid_name(name, context.version)) {
      faults.push_back(
          {i, path, invalid_value(name, name_rule(context.version)), hint_for_invalid(name)});
    } else if (!is_new) {
      faults.push_back({i, path, fmt::format("Duplicate value: {}", go_quoted(name)),
                        "remove one of the two: the later one would win", FaultKind::duplicate});
    }
    if (!context.version.at_least(kHostRuleSince)) {
      continue;
    }
    if (const std::optional<Scope> scope = shared_namespace(name, context)) {
      faults.push_back({i, path, invalid_value(name, host_rule(*scope)),
                        std::string(hint_for_host_namespace(*scope)), FaultKind::host_namespace});
    }
  }
  if (context.os == PodOs::windows && context.version.at_least(kPodOsSince) && !names.empty()) {
    faults.push_back({std::nullopt, list, "Forbidden: cannot be set for a windows pod",
                      "remove the sysctls, or spec.os.name: windows", FaultKind::windows});
  }
  return faults;
}

std::string invalid_value(std::string_view value, std::string_view rule) {
  return fmt::format("Invalid value: {}: {}", go_quoted(value), rule);
}

std::string name_rule(KubernetesVersion version) {
  return fmt::format("must have at most {} characters and match regex {}", kMaxNameLength,
                     name_regex(version));
}

std::optional<std::string> field_notice(KubernetesVersion version) {
  if (version.at_least(kFieldSince)) {
    return std::nullopt;
  }
  return fmt::format(
      "Kubernetes {} does not know spec.securityContext.sysctls and drops it; podsysctl honours it",
      version.to_string());
}

}  // namespace podsysctl::policy
