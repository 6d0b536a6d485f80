// SPDX-License-Identifier: Apache-2.0
// 1xx: what the API server, Pod Security and the kubelet say of a workload's sysctls, in their
// words for the version asked for.
#include <algorithm>
#include <string>
#include <unordered_map>
#include <vector>

#include <fmt/core.h>

#include "base/strings.h"
#include "check/subject.h"
#include "policy/admission.h"
#include "policy/api_validation.h"
#include "policy/names.h"
#include "sysctl/scope.h"
#include "yaml/value.h"

namespace podsysctl::check {
namespace {

using policy::FaultKind;
using policy::NamespaceMode;

bool shares_host(const Workload& workload) {
  return workload.host.net == NamespaceMode::host || workload.host.ipc == NamespaceMode::host;
}

// Most pods have nothing that the API server could object to; saying so is cheap.
bool surely_valid(const Subject& subject) {
  const auto& wishes = subject.wishes;
  constexpr std::size_t kFew = 32;
  if (shares_host(subject.workload) || subject.workload.os == policy::PodOs::windows ||
      wishes.size() != subject.workload.sysctls.size() || wishes.size() > kFew) {
    return false;
  }
  for (auto wish = wishes.begin(); wish != wishes.end(); ++wish) {
    const bool again = std::find_if(wishes.begin(), wish, [&](const Wish& other) {
                         return other.name == wish->name;
                       }) != wish;
    if (!wish->facts->valid_name || again) {
      return false;
    }
  }
  return true;
}

Rule rule_of(const policy::FieldFault& fault, std::string_view name) {
  switch (fault.kind) {
    case FaultKind::duplicate:
      return Rule::duplicate_name;
    case FaultKind::host_namespace:
      return Rule::host_namespace;
    case FaultKind::windows:
      return Rule::windows_pod;
    case FaultKind::required:
    case FaultKind::name:
      break;
  }
  // Right in a later version: only the separator is what this one does not take.
  return policy::is_valid_name(name, policy::KubernetesVersion::newest()) ? Rule::slash_too_early
                                                                          : Rule::invalid_name;
}

void report_fault(Subject& subject, const policy::FieldFault& fault) {
  const Workload& workload = subject.workload;
  if (!fault.index) {
    subject.sink.add(rule_of(fault, ""), {workload.sysctls_node->at, fault.path, ""}, fault.text(),
                     fault.hint);
    return;
  }
  const SysctlField& field = workload.sysctls[*fault.index];
  const yaml::Node& at = field.name_node != nullptr ? *field.name_node : *field.entry;
  subject.sink.add(rule_of(fault, field.name), {at.at, fault.path, std::string(field.name)},
                   fault.text(), fault.hint);
  // There are wishes for the field alone so far, in its order.
  const auto wish = std::ranges::lower_bound(subject.wishes, *fault.index, {}, &Wish::index);
  if (wish != subject.wishes.end() && wish->index == *fault.index) {
    wish->refused_by_api = true;
  }
}

bool is_malformed(const SysctlField& field) {
  return field.entry->kind != yaml::Kind::mapping ||
         (field.name_node != nullptr && yaml::type_name(*field.name_node) != "a string");
}

// sigs.k8s.io/yaml turns the manifest into JSON, and Go's decoder refuses a wrong type.
void check_form(const Subject& subject) {
  const Workload& workload = subject.workload;
  const yaml::Node* const list = workload.sysctls_node;
  if (list == nullptr) {
    return;
  }
  if (list->kind != yaml::Kind::sequence) {
    subject.sink.add(
        Rule::malformed_entry,
        {list->at, fmt::format("{}.securityContext.sysctls", workload.spec_path), ""},
        fmt::format("sysctls must be a list, but is {}", yaml::type_name(*list)),
        "write each sysctl as an item: - name: net.core.somaxconn, then value: \"1024\"");
    return;
  }
  for (const SysctlField& field : workload.sysctls) {
    if (field.entry->kind != yaml::Kind::mapping) {
      subject.sink.add(Rule::malformed_entry,
                       {field.entry->at, workload.sysctl_path(field.index, ""), ""},
                       fmt::format("an item of sysctls must be a mapping with name and value, but "
                                   "is {}",
                                   yaml::type_name(*field.entry)),
                       "write name: and value: below each other");
    } else if (is_malformed(field)) {
      subject.sink.add(
          Rule::malformed_entry,
          {field.name_node->at, workload.sysctl_path(field.index, "name"), ""},
          fmt::format("name must be a string, but is {}", yaml::type_name(*field.name_node)),
          "write a name like net.core.somaxconn");
    }
  }
}

void check_spellings(const Subject& subject) {
  if (subject.wishes.size() < 2) {
    return;
  }
  std::unordered_map<std::string_view, const Wish*> first;
  for (const Wish& wish : subject.wishes) {
    if (!wish.facts->key) {
      continue;
    }
    const auto [found, is_new] = first.emplace(wish.facts->key->name(), &wish);
    if (is_new || found->second->name == wish.name) {
      continue;
    }
    subject.sink.add(
        Rule::two_spellings, subject.name_place(wish),
        fmt::format(
            "{} and {} (sysctls[{}]) are one sysctl: Kubernetes takes both, and only the later "
            "one's value counts",
            in_quotes(wish.name), in_quotes(found->second->name), found->second->index),
        fmt::format("keep one of them, spelt {}", wish.facts->key->name()));
  }
}

void check_pod_security(const Subject& subject) {
  const auto& policy = subject.context.pod_security;
  if (!policy || !subject.sink.wants(Rule::pod_security)) {
    return;
  }
  std::vector<std::string> forbidden;
  const Wish* first = nullptr;
  for (const Wish& wish : subject.wishes) {
    if (wish.annotation.empty() && !policy->allows(wish.name)) {
      first = first == nullptr ? &wish : first;
      forbidden.emplace_back(wish.name);
    }
  }
  if (first != nullptr) {
    subject.sink.add(Rule::pod_security, subject.name_place(*first),
                     policy::violation(*policy, forbidden),
                     "remove them, or run the pod in a namespace of level privileged: the node's "
                     "allowlist does not help here");
  }
}

bool is_listed(const Wish& wish, const Context& context) {
  using Part = policy::Allowlist::Part;
  const Part part =
      wish.asked_by == policy::AskedBy::sysctls_annotation ? Part::safe_only : Part::all;
  return context.allowlist.find(policy::normalised_name(wish.name, context.kubernetes), part)
      .has_value();
}

}  // namespace

void check_api(Subject& subject) {
  const Workload& workload = subject.workload;
  if (const auto notice = policy::field_notice(subject.context.kubernetes)) {
    if (!workload.sysctls.empty()) {
      subject.sink.add(
          Rule::field_too_new,
          {workload.sysctls_node->at, workload.spec_path + ".securityContext.sysctls", ""}, *notice,
          "use the annotation security.alpha.kubernetes.io/sysctls or .../unsafe-sysctls there");
    }
    return;
  }
  check_form(subject);
  if (!surely_valid(subject)) {
    std::vector<std::string> names;
    names.reserve(workload.sysctls.size());
    for (const SysctlField& field : workload.sysctls) {
      names.emplace_back(field.name);
    }
    const policy::ApiContext api{.version = subject.context.kubernetes,
                                 .host = workload.host,
                                 .os = workload.os,
                                 .spec_path = workload.spec_path};
    for (const policy::FieldFault& fault : policy::validate_sysctl_names(names, api)) {
      const bool told = fault.index && fault.kind == FaultKind::required &&
                        is_malformed(workload.sysctls[*fault.index]);
      if (!told) {
        report_fault(subject, fault);
      }
    }
  }
  check_spellings(subject);
  check_pod_security(subject);
}

void check_admission(Subject& subject) {
  const Wish* first = nullptr;
  for (const Wish& wish : subject.wishes) {
    const bool plain = wish.facts->listed && wish.asked_by == policy::AskedBy::field &&
                       !shares_host(subject.workload);
    if (wish.refused_by_api || plain) {
      continue;
    }
    const policy::Verdict verdict = policy::admit_name(
        wish.name, wish.asked_by, subject.context.allowlist, subject.workload.host);
    if (verdict.is_allowed()) {
      continue;
    }
    const bool listed = is_listed(wish, subject.context);
    std::string hint = verdict.hint();
    if (!listed && wish.facts->entry != nullptr &&
        wish.facts->settability != sysctl::Settability::pod_writable &&
        sysctl::scope_of(*wish.facts->key) != sysctl::Scope::node) {
      hint = "no allowlist helps: a pod cannot set it on this kernel";
    } else if (!listed && wish.facts->key && wish.facts->entry == nullptr) {
      hint.insert(0, "make sure of the name, which no kernel is known to have; then ");
    }
    subject.sink.add(listed ? Rule::host_namespace : Rule::not_allowlisted,
                     subject.name_place(wish), verdict.message(), std::move(hint));
    first = first == nullptr ? &wish : first;
  }
  if (first != nullptr && pod::replaces_pods(subject.workload.kind)) {
    subject.sink.add(
        Rule::endless_recreation, subject.name_place(*first),
        fmt::format("the kubelet rejects each pod of this {} for good, and the controller makes a "
                    "new one at once, without end",
                    subject.workload.kind),
        "mend the sysctl before this is applied, or keep the pods on nodes that allow it");
  }
}

}  // namespace podsysctl::check
