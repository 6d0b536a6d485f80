// SPDX-License-Identifier: Apache-2.0
#include "policy/admission.h"

#include <fmt/core.h>

#include "policy/alpha_annotations.h"
#include "policy/go_quote.h"
#include "policy/hints.h"
#include "policy/names.h"

namespace podsysctl::policy {
namespace {

using sysctl::Scope;

std::string_view not_listed_word(KubernetesVersion version) {
  constexpr unsigned kAllowlisted = 22;
  return version.at_least(kAllowlisted) ? "allowlisted" : "whitelisted";
}

std::string_view namespace_word(Scope scope, KubernetesVersion version) {
  constexpr unsigned kRenamed = 29;
  if (scope == Scope::ipc) {
    return version.at_least(kRenamed) ? "IPC" : "ipc";
  }
  return version.at_least(kRenamed) ? "Net" : "net";  // uts goes with the network
}

bool shares_with_host(Scope scope, const HostNamespaces& host) {
  return (scope == Scope::net ? host.net : host.ipc) == NamespaceMode::host;
}

std::string basis_of(const Allowlist::Match& match, KubernetesVersion version) {
  return match.source == Allowlist::Source::safe_list
             ? fmt::format("safe in Kubernetes {}", version.to_string())
             : fmt::format("{} '{}'", allowlist_flag(version), match.pattern);
}

// Whoever reads a manifest names the annotation in the origin, alone or behind a file name.
AskedBy asked_by(const sysctl::Origin& origin) {
  if (origin.kind != sysctl::Origin::Kind::annotation) {
    return AskedBy::field;
  }
  return origin.source.ends_with(kSysctlsAnnotation) ? AskedBy::sysctls_annotation
                                                     : AskedBy::unsafe_sysctls_annotation;
}

}  // namespace

Verdict admit_name(std::string_view raw_name, AskedBy asked_by, const Allowlist& allowlist,
                   const HostNamespaces& host) {
  const KubernetesVersion version = allowlist.version();
  const std::string name = normalised_name(raw_name, version);
  const auto part =
      asked_by == AskedBy::sysctls_annotation ? Allowlist::Part::safe_only : Allowlist::Part::all;
  const std::optional<Allowlist::Match> match = allowlist.find(name, part);
  if (!match) {
    return Verdict::forbidden(
        name, kSysctlForbidden,
        fmt::format("forbidden sysctl: {} not {}", go_quoted(name), not_listed_word(version)),
        hint_for_unlisted(raw_name, asked_by, allowlist));
  }
  if (shares_with_host(match->scope, host)) {
    return shared_with_host(name, match->scope, version);
  }
  return Verdict::allowed(name, basis_of(*match, version));
}

Verdict shared_with_host(std::string_view name, Scope scope, KubernetesVersion version) {
  return Verdict::forbidden(std::string(name), kSysctlForbidden,
                            fmt::format("forbidden sysctl: {} not allowed with host {} enabled",
                                        go_quoted(name), namespace_word(scope, version)),
                            std::string(hint_for_host_namespace(scope)));
}

std::vector<Verdict> admit(std::span<const sysctl::Setting> settings, const Allowlist& allowlist,
                           const HostNamespaces& host) {
  std::vector<Verdict> verdicts;
  verdicts.reserve(settings.size());
  for (const sysctl::Setting& wanted : settings) {
    const std::string& name = wanted.spelling.empty() ? wanted.key.name() : wanted.spelling;
    verdicts.push_back(admit_name(name, asked_by(wanted.origin), allowlist, host));
  }
  return verdicts;
}

std::optional<Rejection> rejection_of(std::span<const Verdict> verdicts,
                                      KubernetesVersion version) {
  std::vector<Verdict> offenders;
  for (const Verdict& verdict : verdicts) {
    if (!verdict.is_allowed()) {
      offenders.push_back(verdict);
    }
  }
  if (offenders.empty()) {
    return std::nullopt;
  }
  const Verdict first = offenders.front();
  return Rejection{first.reason(), first.message(), status_message(first.message(), version),
                   std::move(offenders)};
}

}  // namespace podsysctl::policy
