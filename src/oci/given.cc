// SPDX-License-Identifier: Apache-2.0
#include "oci/given.h"

#include <algorithm>
#include <array>

#include <nlohmann/json.hpp>

#include "base/strings.h"
#include "enforce/docker_rules.h"
#include "enforce/handover.h"
#include "enforce/kernel_rules.h"
#include "oci/bundle_edit.h"

namespace podsysctl::oci {
namespace {

using policy::NamespaceMode;
using sysctl::Scope;
using sysctl::Setting;
using sysctl::SysctlKey;

struct Pair {
  std::string_view key;
  std::string_view value;
};
constexpr std::array<Pair, 3> kDefaults{{
    {"net.ipv4.ip_unprivileged_port_start", "0"},   // docker, containerd
    {"net.ipv4.ping_group_range", "0 2147483647"},  // docker, containerd, CRI-O
    {"net.ipv4.ping_group_range", "0 0"},           // podman
}};

Setting setting_of(SysctlKey key, const std::string& name, const std::string& value) {
  sysctl::Origin origin{sysctl::Origin::Kind::flag, "linux.sysctl of config.json", 0, 0};
  return {std::move(key), value, std::move(origin), name};
}

bool is_for_us(const SysctlKey& key, const Sharing& sharing) {
  const Scope scope = sysctl::scope_of(key);
  return (scope == Scope::net || scope == Scope::ipc || scope == Scope::uts) &&
         key.name() != "kernel.hostname" && sharing.of(scope) != NamespaceMode::joined;
}

// In docker's words, before a runtime that does not look writes to the host.
Result<> refuse_host(const Setting& setting, const Sharing& sharing) {
  if (sharing.of(sysctl::scope_of(setting.key)) != NamespaceMode::host) {
    return {};
  }
  const policy::HostNamespaces host{
      .net = sysctl::scope_of(setting.key) == Scope::ipc ? NamespaceMode::pod : NamespaceMode::host,
      .ipc = NamespaceMode::host};
  const policy::Verdict verdict = enforce::docker_verdicts({&setting, 1}, host).front();
  return Error::of(Code::denied_by_policy, "{}; hint: {}", verdict.message(), verdict.hint());
}

Result<> check(const Setting& setting, const Sharing& sharing,
               std::optional<sysctl::KernelVersion> kernel) {
  PSYS_TRY(sysctl::check_value_text(setting.key, setting.value));
  PSYS_TRY(refuse_host(setting, sharing));
  const auto leak = kernel ? enforce::leak_verdict(setting.key, *kernel) : std::nullopt;
  if (leak) {
    return Error::of(Code::denied_by_policy, "{}; hint: {}", leak->message(), leak->hint());
  }
  return {};
}

}  // namespace

bool is_managers_default(const SysctlKey& key, std::string_view value) {
  return std::ranges::any_of(
      kDefaults, [&](const Pair& pair) { return pair.key == key.name() && pair.value == value; });
}

std::vector<SysctlKey> keys_on_purpose(const Spec& spec) {
  std::vector<SysctlKey> keys;
  for (const auto& [name, value] : spec.sysctls) {
    if (auto key = SysctlKey::parse(name); key && !is_managers_default(*key, value)) {
      keys.push_back(*std::move(key));
    }
  }
  return keys;
}

Result<std::vector<Setting>> given_settings(const Spec& spec, const Sharing& sharing,
                                            std::optional<sysctl::KernelVersion> kernel) {
  std::vector<Setting> settings;
  for (const auto& [name, value] : spec.sysctls) {
    PSYS_TRY_ASSIGN(SysctlKey key, with_context(SysctlKey::parse(name),
                                                "linux.sysctl of config.json: " + in_quotes(name)));
    if (!is_for_us(key, sharing)) {
      continue;
    }
    if (std::ranges::find(settings, key, &Setting::key) != settings.end()) {
      return Error::of(Code::invalid_argument,
                       "linux.sysctl of config.json: {} is given twice in two spellings",
                       key.name());
    }
    Setting setting = setting_of(std::move(key), name, value);
    PSYS_TRY(check(setting, sharing, kernel));
    settings.push_back(std::move(setting));
  }
  return settings;
}

std::vector<std::string> not_for_runtime(const std::vector<Setting>& given) {
  const std::vector<Setting> handed = enforce::for_runtime(given);
  std::vector<std::string> names;
  bool any_on_purpose = false;
  for (const Setting& setting : given) {
    if (std::ranges::find(handed, setting.key, &Setting::key) == handed.end()) {
      names.push_back(setting.spelling);
      any_on_purpose = any_on_purpose || !is_managers_default(setting.key, setting.value);
    }
  }
  return any_on_purpose ? names : std::vector<std::string>();
}

Result<std::string> without_sysctls(std::string_view config, std::string_view name,
                                    const std::vector<std::string>& names) {
  PSYS_TRY_ASSIGN(json::Value tree, json::parse(config, name, kLimits));
  for (const std::string& each : names) {
    tree["linux"]["sysctl"].erase(each);
  }
  tree["annotations"][kEditedAnnotation] = "true";
  return json::dump(tree);
}

}  // namespace podsysctl::oci
