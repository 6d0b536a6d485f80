// SPDX-License-Identifier: Apache-2.0
#include "enforce/judge.h"

#include <algorithm>
#include <vector>

#include "enforce/docker_rules.h"
#include "enforce/kernel_rules.h"
#include "policy/api_validation.h"
#include "sysctl/plan.h"
#include "sysctl/value.h"

namespace podsysctl::enforce {
namespace {

using policy::Verdict;
using sysctl::Setting;

// A name as its author spelt it: upstream compares and quotes that one.
std::string spelling_of(const Setting& setting) {
  return setting.spelling.empty() ? setting.key.name() : setting.spelling;
}

std::vector<Verdict> api_verdicts(std::span<const Setting> settings, const Context& context) {
  std::vector<std::string> names;
  for (const Setting& setting : settings) {
    if (setting.origin.kind == sysctl::Origin::Kind::manifest) {
      names.push_back(spelling_of(setting));
    }
  }
  const policy::ApiContext api{.version = context.allowlist.version(), .host = context.host};
  std::vector<Verdict> verdicts;
  for (const policy::FieldFault& fault : policy::validate_sysctl_names(names, api)) {
    const std::string name = fault.index ? names[*fault.index] : std::string{};
    verdicts.push_back(Verdict::forbidden(name, kSysctlInvalid, fault.text(), fault.hint));
  }
  return verdicts;
}

std::vector<Verdict> upstream_verdicts(std::span<const Setting> settings, const Context& context) {
  if (context.door == Door::flags) {
    return docker_verdicts(settings, context.host);
  }
  // What the API server refuses no kubelet ever sees.
  std::vector<Verdict> verdicts = api_verdicts(settings, context);
  if (verdicts.empty()) {
    verdicts = policy::admit(settings, context.allowlist, context.host);
  }
  return verdicts;
}

std::vector<Verdict> kernel_verdicts(std::span<const Setting> settings, const Context& context) {
  std::vector<Verdict> verdicts;
  for (const Setting& setting : settings) {
    std::optional<Verdict> verdict =
        context.kernel ? leak_verdict(setting.key, *context.kernel) : std::nullopt;
    if (!verdict && context.probed) {
      verdict = probe_verdict(setting, *context.probed, PodNetwork::to_be_made);
    }
    if (verdict) {
      verdicts.push_back(*std::move(verdict));
    }
  }
  return verdicts;
}

std::vector<Verdict> value_verdicts(std::span<const Setting> settings) {
  std::vector<Verdict> verdicts;
  const auto add = [&](std::string name, const Error& error, const std::string& hint) {
    verdicts.push_back(Verdict::forbidden(std::move(name), kSysctlInvalid, error.message, hint));
  };
  for (const Setting& setting : settings) {
    Result<> checked = sysctl::check_value_text(setting.key, setting.value);
    if (checked) {
      checked = sysctl::check_value(setting.key, setting.value);
    }
    if (!checked) {
      add(setting.key.name(), checked.error(),
          fmt::format("change the value given by {}", describe(setting.origin)));
    }
  }
  if (!verdicts.empty()) {
    return verdicts;
  }
  if (const Result<> together = sysctl::check_satisfiable(settings); !together) {
    add("", together.error(), "no order of writes can satisfy both: change one of the values");
  }
  return verdicts;
}

bool any_forbidden(const std::vector<Verdict>& verdicts) {
  return !std::ranges::all_of(verdicts, &Verdict::is_allowed);
}

}  // namespace

std::optional<policy::Rejection> judge(std::span<const Setting> settings, const Context& context) {
  // Each family speaks only where the one before had nothing to say: a key that is not allowed need
  // not have its value explained too.
  for (const std::vector<Verdict>& verdicts :
       {upstream_verdicts(settings, context), kernel_verdicts(settings, context),
        value_verdicts(settings)}) {
    if (any_forbidden(verdicts)) {
      return policy::rejection_of(verdicts, context.allowlist.version());
    }
  }
  return std::nullopt;
}

}  // namespace podsysctl::enforce
