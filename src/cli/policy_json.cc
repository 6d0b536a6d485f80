// SPDX-License-Identifier: Apache-2.0
#include <array>

#include <nlohmann/json.hpp>

#include "cli/policy_report.h"
#include "json/json.h"

namespace podsysctl::cli {
namespace {

using json::Value;

Value key_row(const rules::AllowedKey& key) {
  return {{"name", key.pattern.text()}, {"values", key.bounds.text()}};
}

Value policy_row(const rules::SysctlPolicy& policy) {
  Value allowed = Value::array();
  for (const rules::AllowedKey& key : policy.allowed) {
    allowed.push_back(key_row(key));
  }
  Value denied = Value::array();
  for (const rules::KeyPattern& pattern : policy.denied) {
    denied.push_back(pattern.text());
  }
  return {{"name", policy.name},
          {"file", policy.place.file},
          {"line", policy.place.line},
          {"allowed", std::move(allowed)},
          {"denied", std::move(denied)},
          {"onForbidden", policy.on_forbidden ? Value(to_string(*policy.on_forbidden)) : Value()},
          {"onDrift", policy.on_drift ? Value(to_string(*policy.on_drift)) : Value()},
          {"sources", policy.honoured().text()}};
}

Value profile_row(const rules::SysctlProfile& profile) {
  Value settings = Value::array();
  for (const sysctl::Setting& setting : profile.settings) {
    settings.push_back({{"name", setting.key.name()}, {"value", setting.value}});
  }
  return {{"name", profile.name},
          {"file", profile.place.file},
          {"line", profile.place.line},
          {"selectsPods", profile.match.has_value()},
          {"settings", std::move(settings)}};
}

std::string_view answer_text(rules::Answer answer) {
  constexpr std::array<std::string_view, 3> kTexts{"no", "unknown", "yes"};
  return kTexts.at(static_cast<std::size_t>(answer));
}

Value match_row(std::string_view kind, const std::string& name, const rules::PodMatch& wanted,
                const rules::PodFacts& pod) {
  const rules::MatchResult result = rules::match(wanted, pod);
  return {{"kind", kind},
          {"name", name},
          {"matches", answer_text(result.answer)},
          {"why", rules::explain(result, wanted, pod)}};
}

Value match_rows(const rules::PodFacts& pod, const rules::PolicySet& set) {
  Value rows = Value::array();
  for (const rules::SysctlPolicy& policy : set.policies) {
    rows.push_back(match_row(rules::kPolicyKind, policy.name, policy.match, pod));
  }
  for (const rules::SysctlProfile& profile : set.profiles) {
    if (profile.match) {
      rows.push_back(match_row(rules::kProfileKind, profile.name, *profile.match, pod));
    }
  }
  return rows;
}

Value setting_row(const rules::Judged& judged) {
  return {{"name", judged.setting.key.name()},
          {"value", judged.setting.value},
          {"level", to_string(judged.level)},
          {"profile", judged.profile},
          {"origin", describe(judged.setting.origin)},
          {"fate", to_string(judged.fate)},
          {"reason", judged.verdict.reason()},
          {"message", judged.verdict.message()},
          {"hint", judged.verdict.hint()}};
}

Value trial_row(const PolicyTrial& trial, const rules::PolicySet& set) {
  constexpr std::array<std::string_view, 3> kEnds{"starts", "starts-without", "rejected"};
  Value settings = Value::array();
  for (const rules::Judged& judged : trial.decision.judged) {
    settings.push_back(setting_row(judged));
  }
  Value offences = Value::array();
  for (const policy::Verdict& offence : trial.decision.offences) {
    offences.push_back({{"name", offence.name()},
                        {"reason", offence.reason()},
                        {"message", offence.message()},
                        {"hint", offence.hint()}});
  }
  return {{"kind", trial.kind},
          {"namespace", trial.pod.namespace_},
          {"name", trial.pod.name},
          {"outcome", kEnds.at(static_cast<std::size_t>(end_of(trial)))},
          {"onForbidden", to_string(trial.decision.on_forbidden)},
          {"policies", match_rows(trial.pod, set)},
          {"settings", std::move(settings)},
          {"offences", std::move(offences)},
          {"notices", trial.decision.notices}};
}

}  // namespace

std::string set_json(const rules::PolicySet& set) {
  Value policies = Value::array();
  for (const rules::SysctlPolicy& policy : set.policies) {
    policies.push_back(policy_row(policy));
  }
  Value profiles = Value::array();
  for (const rules::SysctlProfile& profile : set.profiles) {
    profiles.push_back(profile_row(profile));
  }
  const Value whole = {{"policies", std::move(policies)}, {"profiles", std::move(profiles)}};
  return json::dump(whole, json::Layout::indented) + "\n";
}

std::string trials_json(const std::vector<PolicyTrial>& trials, const rules::PolicySet& set) {
  Value pods = Value::array();
  for (const PolicyTrial& trial : trials) {
    pods.push_back(trial_row(trial, set));
  }
  const Value whole = {{"pods", std::move(pods)}};
  return json::dump(whole, json::Layout::indented) + "\n";
}

}  // namespace podsysctl::cli
