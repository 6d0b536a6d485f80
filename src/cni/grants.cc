// SPDX-License-Identifier: Apache-2.0
#include "cni/grants.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "base/strings.h"
#include "rules/conf_text.h"
#include "rules/decide.h"
#include "rules/one_pod.h"
#include "sysctl/scope.h"

namespace podsysctl::cni {
namespace {

using sysctl::Setting;
using sysctl::SysctlKey;

Result<Setting> network_setting(const Config& config, const std::string& name,
                                const std::string& value) {
  PSYS_TRY_ASSIGN(SysctlKey key, SysctlKey::parse(name));
  if (sysctl::scope_of(key) != sysctl::Scope::net) {
    return Error::of(Code::not_namespaced, "{} is no sysctl of the network: only net.* is set here",
                     key.name());
  }
  sysctl::Origin origin{sysctl::Origin::Kind::manifest, "network " + config.network, 0, 0};
  return Setting(std::move(key), value, std::move(origin), name);
}

// The network's settings stand for what a manifest's field says; the pod's annotation wins.
Outcome<std::vector<Setting>> network_settings(const Config& config) {
  std::vector<Setting> own;
  if (const auto text = config.annotations.find(std::string(rules::kConfAnnotation));
      text != config.annotations.end()) {
    own = rules::parse_conf_text(text->second).value_or(std::vector<Setting>());
  }
  std::vector<Setting> settings;
  for (const auto& [name, value] : config.sysctls) {
    auto setting = network_setting(config, name, value);
    if (!setting) {
      return fault(FaultCode::config, std::move(setting).error());
    }
    if (std::ranges::find(settings, setting->key, &Setting::key) != settings.end()) {
      return fault(FaultCode::config,
                   fmt::format("{} is given twice in two spellings", setting->key.name()), name);
    }
    if (std::ranges::find(own, setting->key, &Setting::key) == own.end()) {
      settings.push_back(*std::move(setting));
    }
  }
  return settings;
}

rules::PodFacts facts_of(const Environment& environment, const Config& config) {
  rules::PodFacts pod;
  pod.namespace_ = environment.pod_namespace;
  pod.name = environment.pod_name;
  pod.annotations.insert(config.annotations.begin(), config.annotations.end());
  pod.interface = environment.ifname;
  return pod;
}

std::vector<Setting> of_network(std::vector<Setting> settings, Notes& notes) {
  std::vector<Setting> kept;
  for (Setting& setting : settings) {
    if (sysctl::scope_of(setting.key) == sysctl::Scope::net) {
      kept.push_back(std::move(setting));
    } else {
      notes.push_back(fmt::format("{} is none of the network's: it is left to the runtime",
                                  setting.key.name()));
    }
  }
  return kept;
}

bool asks_for_sysctls(const Config& config) {
  return !config.sysctls.empty() ||
         rules::ask_for_anything({config.annotations.begin(), config.annotations.end()});
}

}  // namespace

bool asks_for_anything(const Config& config) {
  return !config.link.empty() || asks_for_sysctls(config);
}

Outcome<std::vector<Setting>> granted(const Environment& environment, const Config& config,
                                      Notes& notes) {
  const auto set = rules::read_set_if_there(config.policy_folder);
  if (!set) {
    // A pod that says nothing is not held up by somebody's slip in a policy.
    if (!asks_for_sysctls(config)) {
      notes.push_back("policies are not read: " + set.error().message);
      return std::vector<Setting>();
    }
    return fault(FaultCode::unavailable, set.error());
  }
  rules::PodFacts pod = facts_of(environment, config);
  auto field = network_settings(config);
  if (!field) {
    return std::unexpected(std::move(field).error());
  }
  pod.field = *std::move(field);
  const auto node = rules::ThisNode::read();
  if (!node) {
    return fault(FaultCode::io, node.error());
  }
  const rules::Decision decision = rules::decide(pod, *set, node->facts());
  if (const auto rejection = decision.rejection(node->version())) {
    return fault(FaultCode::forbidden, fmt::format("{}: {}", rejection->reason, rejection->message),
                 rejection->offenders.front().hint());
  }
  for (const policy::Verdict& offence : decision.offences) {
    notes.push_back(to_text(offence));
  }
  std::ranges::copy(decision.notices, std::back_inserter(notes));
  return of_network(decision.settings(), notes);
}

}  // namespace podsysctl::cni
