// SPDX-License-Identifier: Apache-2.0
#include "policy/default_sysctls.h"

#include <algorithm>
#include <utility>

#include "policy/api_validation.h"
#include "policy/go_quote.h"
#include "policy/names.h"
#include "sysctl/scope.h"

namespace podsysctl::policy {
namespace {

using sysctl::Scope;
using sysctl::Setting;
using sysctl::SysctlKey;

constexpr unsigned kSince = 37;
constexpr std::string_view kField = "defaultPodSysctls";
constexpr std::string_view kDomainName = "kernel.domainname";  // the one UTS name that is known

bool is_known(const SysctlKey& key) {
  const Scope scope = scope_of(key);
  return scope != Scope::node && (scope != Scope::uts || key.name() == kDomainName);
}

bool fits(const SysctlKey& key, const HostNamespaces& host, NamespaceMode user) {
  switch (scope_of(key)) {
    case Scope::net:
      return host.net == NamespaceMode::pod;
    case Scope::ipc:
      return host.ipc == NamespaceMode::pod;
    case Scope::uts:
      // A pod on the host's network has the host's UTS namespace.
      return host.net == NamespaceMode::pod;
    case Scope::user:
      return user == NamespaceMode::pod;
    case Scope::node:
      break;
  }
  return false;
}

bool has_key(std::span<const Setting> settings, const SysctlKey& key) {
  return std::ranges::find(settings, key, &Setting::key) != settings.end();
}

}  // namespace

Result<DefaultSysctls> DefaultSysctls::create(KubernetesVersion version,
                                              std::span<const Entry> entries) {
  if (!version.at_least(kSince) && !entries.empty()) {
    return Error::of(Code::unsupported, "Kubernetes {} does not know {}: it came with 1.{}",
                     version.to_string(), kField, kSince);
  }
  std::vector<Setting> settings;
  for (const Entry& entry : entries) {
    if (!is_valid_name(entry.name, version)) {
      return Error::of(Code::invalid_argument, "{}: sysctl {} {}", kField, go_quoted(entry.name),
                       name_rule(version));
    }
    PSYS_TRY_ASSIGN(SysctlKey key, SysctlKey::parse(entry.name));
    if (!is_known(key)) {
      return Error::of(
          Code::not_namespaced,
          "{}: the sysctl {} is not known to be namespaced: it belongs to the node, set "
          "it there",
          kField, go_quoted(key.name()));
    }
    if (has_key(settings, key)) {
      return Error::of(Code::conflict, "{}: the sysctl {} is given twice: remove one", kField,
                       go_quoted(key.name()));
    }
    PSYS_TRY(with_context(check_value_text(key, entry.value), kField));
    settings.push_back({.key = std::move(key),
                        .value = entry.value,
                        .origin = {.kind = sysctl::Origin::Kind::node_default,
                                   .source = std::string(kField),
                                   .line = 0,
                                   .column = 0},
                        .spelling = ""});
  }
  return DefaultSysctls(std::move(settings));
}

std::vector<Setting> DefaultSysctls::for_pod(const HostNamespaces& host, NamespaceMode user,
                                             std::span<const Setting> own) const {
  std::vector<Setting> chosen;
  for (const Setting& setting : settings_) {
    if (fits(setting.key, host, user) && !has_key(own, setting.key)) {
      chosen.push_back(setting);
    }
  }
  return chosen;
}

}  // namespace podsysctl::policy
