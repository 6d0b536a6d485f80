// SPDX-License-Identifier: Apache-2.0
#include "rules/grant.h"

#include <algorithm>
#include <optional>
#include <utility>

#include <fmt/core.h>

#include "base/strings.h"
#include "policy/go_quote.h"
#include "sysctl/probe_leaks.h"
#include "sysctl/scope.h"
#include "sysctl/value.h"

namespace podsysctl::rules {
namespace {

using policy::NamespaceMode;
using policy::Verdict;
using sysctl::Scope;
using sysctl::Setting;
using sysctl::SysctlKey;

constexpr std::string_view kSysctlInvalid = "SysctlInvalid";

Verdict forbidden(const SysctlKey& key, std::string_view what, std::string hint) {
  return Verdict::forbidden(
      key.name(), policy::kSysctlForbidden,
      fmt::format("forbidden sysctl: {} {}", policy::go_quoted(key.name()), what), std::move(hint));
}

std::string titled(const SysctlPolicy& policy) {
  return fmt::format("SysctlPolicy {} ({})", policy.name, policy.place.text());
}

std::optional<Verdict> shared_namespace(const SysctlKey& key, const PodFacts& pod,
                                        policy::KubernetesVersion version) {
  const Scope scope = sysctl::scope_of(key);
  if (scope == Scope::user) {
    return pod.user == NamespaceMode::pod
               ? std::nullopt
               : std::optional(forbidden(key, "belongs to the user namespace, which is the host's",
                                         "set hostUsers: false, or drop this sysctl"));
  }
  // A pod on the host's network has the host's UTS namespace, too.
  const NamespaceMode mode = scope == Scope::ipc ? pod.host.ipc : pod.host.net;
  return mode != NamespaceMode::pod
             ? std::optional(policy::shared_with_host(key.name(), scope, version))
             : std::nullopt;
}

std::optional<Verdict> leak(const SysctlKey& key, const NodeFacts& node) {
  const auto known = node.kernel ? sysctl::known_leak(key, *node.kernel) : std::nullopt;
  return known ? std::optional(forbidden(
                     key, "leaks to the host on this kernel",
                     fmt::format("a write in a pod would change the host's value; {}", *known)))
               : std::nullopt;
}

std::optional<Verdict> bad_value(const Setting& wish) {
  Result<> checked = check_value_text(wish.key, wish.value);
  if (checked) {
    checked = check_value(wish.key, wish.value);
  }
  return checked ? std::nullopt
                 : std::optional(Verdict::forbidden(
                       wish.key.name(), kSysctlInvalid, checked.error().message,
                       fmt::format("change the value given by {}", describe(wish.origin))));
}

}  // namespace

Grants Grants::for_pod(const PodFacts& pod, const PolicySet& set, const NodeFacts& node) {
  Grants grants(pod, node);
  std::optional<OnForbidden> stated;
  bool any_sources = false;
  for (const SysctlPolicy& policy : set.policies) {
    const Answer answer = match(policy.match, pod).answer;
    if (answer == Answer::no) {
      continue;
    }
    grants.denying_.push_back(&policy);
    if (answer == Answer::unknown) {
      grants.any_unknown_ = true;
      continue;
    }
    grants.matching_.push_back(&policy);
    if (policy.on_drift) {
      grants.on_drift_ =
          grants.on_drift_ ? std::max(*grants.on_drift_, *policy.on_drift) : *policy.on_drift;
    }
    if (policy.on_forbidden) {
      grants.on_forbidden_ =
          stated ? std::max(*stated, *policy.on_forbidden) : *policy.on_forbidden;
      stated = grants.on_forbidden_;
    }
    if (policy.sources || !policy.allowed.empty()) {
      any_sources = true;
      grants.sources_.add(policy.honoured());
    }
  }
  if (!any_sources) {
    grants.sources_ = Sources::by_default();
  }
  return grants;
}

std::optional<Verdict> Grants::denial(const SysctlKey& key) const {
  for (const SysctlPolicy* const policy : denying_) {
    if (const KeyPattern* const pattern = policy->denial_of(key)) {
      return forbidden(key, fmt::format("is denied by SysctlPolicy {}", policy->name),
                       fmt::format("a denial wins over every grant: drop this sysctl, or have {} "
                                   "taken out of spec.denied of {}",
                                   pattern->text(), titled(*policy)));
    }
  }
  return std::nullopt;
}

std::optional<Verdict> Grants::objection(const Setting& wish) const {
  const SysctlKey& key = wish.key;
  if (is_beyond_policies(key)) {
    return forbidden(key, "cannot be given to a pod", why_beyond_policies(key));
  }
  if (auto verdict = shared_namespace(key, pod_, node_.safe_list.version())) {
    return verdict;
  }
  if (auto verdict = leak(key, node_)) {
    return verdict;
  }
  return denial(key);
}

Verdict Grants::judge_default(const Setting& setting) const {
  if (auto verdict = objection(setting)) {
    return *std::move(verdict);
  }
  if (auto verdict = bad_value(setting)) {
    return *std::move(verdict);
  }
  return Verdict::allowed(setting.key.name(), "default of the node");
}

Verdict Grants::judge(const Setting& wish, Source source) const {
  if (auto verdict = objection(wish)) {
    return *std::move(verdict);
  }
  Verdict verdict = by_policies(wish, source);
  if (verdict.is_allowed()) {
    if (auto invalid = bad_value(wish)) {
      return *std::move(invalid);
    }
  }
  return verdict;
}

Verdict Grants::by_safe_list(const Setting& wish, Source source) const {
  const SysctlKey& key = wish.key;
  const auto listed = node_.safe_list.find(key.name(), policy::Allowlist::Part::all);
  if (!listed) {
    return forbidden(
        key, "not allowlisted",
        matching_.empty()
            ? "no SysctlPolicy matches the pod, so only the safe sysctls of Kubernetes are "
              "allowed: add a policy whose spec.match fits (podsysctl policy test says why the "
              "others do not)"
            : fmt::format("add it to spec.allowed of {}", titled(*matching_.front())));
  }
  // The kubelet has let the field's safe ones in already.
  if (source != Source::field && !sources_.has(source)) {
    return forbidden(key, fmt::format("not allowed from the source {}", to_string(source)),
                     fmt::format("the policies that match honour {}: move it there, or add {} to "
                                 "spec.sources of {}",
                                 sources_.text(), to_string(source), titled(*matching_.front())));
  }
  return Verdict::allowed(
      key.name(), listed->source == policy::Allowlist::Source::safe_list
                      ? fmt::format("safe in Kubernetes {}", node_.safe_list.version().to_string())
                      : fmt::format("the kubelet's allowlist: {}", listed->pattern));
}

Verdict Grants::by_policies(const Setting& wish, Source source) const {
  const SysctlKey& key = wish.key;
  std::optional<Verdict> nearest;  // the first that comes close
  for (const SysctlPolicy* const policy : matching_) {
    const AllowedKey* const entry = policy->entry_of(key);
    if (entry == nullptr) {
      continue;
    }
    if (!policy->honoured().has(source)) {
      if (!nearest) {
        nearest = forbidden(
            key, fmt::format("not allowed from the source {}", to_string(source)),
            fmt::format("{} allows it from {}: move it there, or add {} to its spec.sources",
                        titled(*policy), policy->honoured().text(), to_string(source)));
      }
      continue;
    }
    const auto broken = entry->bounds.broken_by(key, wish.value);
    if (!broken) {
      return Verdict::allowed(key.name(), fmt::format("SysctlPolicy {}: {}, {}", policy->name,
                                                      entry->pattern.text(), entry->bounds.text()));
    }
    nearest = forbidden(key, fmt::format("{} of SysctlPolicy {}", *broken, policy->name),
                        fmt::format("{} allows {} of {}", titled(*policy), entry->bounds.text(),
                                    entry->pattern.text()));
  }
  return nearest ? *std::move(nearest) : by_safe_list(wish, source);
}

}  // namespace podsysctl::rules
