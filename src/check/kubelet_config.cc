// SPDX-License-Identifier: Apache-2.0
#include "check/kubelet_config.h"

#include <optional>
#include <unordered_set>
#include <utility>

#include <fmt/core.h>

#include "base/strings.h"
#include "check/located.h"
#include "policy/allowlist.h"
#include "sysctl/setting.h"
#include "sysctl/value.h"
#include "yaml/lookup.h"
#include "yaml/reader.h"
#include "yaml/value.h"

namespace podsysctl::check {
namespace {

using policy::KubernetesVersion;

constexpr KubernetesVersion kStrictMap = KubernetesVersion::release(29);
constexpr std::string_view kPatternsField = "allowedUnsafeSysctls";
constexpr std::string_view kDefaultsField = "defaultPodSysctls";

// Upstream's line, and the hint that follows it on the next.
std::pair<std::string, std::string> split_hint(const std::string& message) {
  constexpr std::string_view kHint = "\nhint: ";
  const std::size_t at = message.find(kHint);
  if (at == std::string::npos) {
    return {message, ""};
  }
  return {message.substr(0, at), message.substr(at + kHint.size())};
}

std::optional<std::string> refusal_of(const std::string& pattern, KubernetesVersion version) {
  const auto list = policy::Allowlist::create(version, {&pattern, 1}, std::nullopt);
  return list ? std::nullopt : std::optional(list.error().message);
}

Result<std::vector<NodePattern>> patterns_of(const yaml::Value& object) {
  std::vector<NodePattern> patterns;
  const auto field = object.find(kPatternsField);
  if (!field) {
    return patterns;
  }
  PSYS_TRY_ASSIGN(const std::vector<yaml::Value> items, field->as_list());
  for (const yaml::Value& item : items) {
    PSYS_TRY_ASSIGN(std::string text, item.as_string());
    patterns.push_back({text, {item.at(), item.path(), text}});
  }
  return patterns;
}

Result<> read_defaults(const yaml::Value& object, KubeletSysctls& given) {
  const auto defaults = object.find(kDefaultsField);
  if (!defaults) {
    return {};
  }
  PSYS_TRY(defaults->expect_mapping());
  for (const yaml::Entry& entry : defaults->node().entries) {
    const yaml::Value value = defaults->field(entry);
    PSYS_TRY_ASSIGN(std::string text, value.as_string());
    given.defaults.push_back({std::string(entry.name), std::move(text)});
    given.default_places.push_back({entry.key->at, value.path(), std::string(entry.name)});
  }
  return {};
}

Result<KubeletSysctls> sysctls_of(const yaml::Value& object) {
  KubeletSysctls given;
  PSYS_TRY_ASSIGN(given.patterns, patterns_of(object));
  PSYS_TRY(read_defaults(object, given));
  return given;
}

bool is_kubelet_configuration(const yaml::Node& root) {
  return string_of(field_of(&root, "kind")) == kKubeletConfigurationKind;
}

}  // namespace

Result<KubeletSysctls> read_kubelet_config(std::string_view text, std::string_view source) {
  yaml::DocumentReader reader(text, source);
  for (;;) {
    PSYS_TRY_ASSIGN(const auto document, reader.next());
    if (!document) {
      return Error::of(Code::invalid_argument, "{}: holds no object of kind {}", source,
                       kKubeletConfigurationKind);
    }
    if (is_kubelet_configuration(document->root())) {
      return sysctls_of(yaml::Value(*document));
    }
  }
}

void check_patterns(std::span<const NodePattern> patterns, KubernetesVersion version, Sink& sink) {
  for (const NodePattern& pattern : patterns) {
    if (const auto refused = refusal_of(pattern.text, version)) {
      auto [message, hint] = split_hint(*refused);
      sink.add(Rule::bad_pattern, pattern.place,
               fmt::format("the kubelet does not start: {}", message), std::move(hint));
    } else if (version < kStrictMap) {
      if (const auto later = refusal_of(pattern.text, kStrictMap)) {
        sink.add(Rule::pattern_stops_1_29, pattern.place,
                 fmt::format("a kubelet of Kubernetes {} or later does not start with this: {}",
                             kStrictMap.to_string(), split_hint(*later).first),
                 "list kernel.shm*, kernel.msg* or whole names before the upgrade");
      }
    }
  }
}

void check_defaults(const KubeletSysctls& given, KubernetesVersion version, Sink& sink) {
  std::unordered_set<std::string> seen;
  for (std::size_t i = 0; i < given.defaults.size(); ++i) {
    const auto taken = policy::DefaultSysctls::create(version, {&given.defaults[i], 1});
    if (!taken) {
      sink.add(Rule::bad_default_sysctl, given.default_places[i], taken.error().message);
      continue;
    }
    const auto key = sysctl::SysctlKey::parse(given.defaults[i].name);
    if (!key || !seen.insert(key->name()).second) {
      sink.add(Rule::bad_default_sysctl, given.default_places[i],
               fmt::format("{}: the sysctl {} is given twice: remove one", kDefaultsField,
                           in_quotes(given.defaults[i].name)));
      continue;
    }
    const Result<> value = sysctl::check_value(*key, given.defaults[i].value);
    if (!value) {
      sink.add(Rule::bad_default_sysctl, given.default_places[i],
               fmt::format("{}: {}", kDefaultsField, value.error().message),
               "no new pod of the node would start with it");
    }
  }
}

void check_kubelet_configuration(const yaml::Value& object, KubernetesVersion version, Sink& sink) {
  KubeletSysctls given;
  const auto report = [&](Rule rule, const Error& error) {
    Located fault = locate(error.message, object.at());
    sink.add(rule, {fault.at, object.path(), ""}, std::move(fault.text),
             "the kubelet does not start with it");
  };
  if (auto patterns = patterns_of(object)) {
    given.patterns = *std::move(patterns);
  } else {
    report(Rule::bad_pattern, patterns.error());
  }
  if (const Result<> defaults = read_defaults(object, given); !defaults) {
    report(Rule::bad_default_sysctl, defaults.error());
  }
  check_patterns(given.patterns, version, sink);
  check_defaults(given, version, sink);
}

}  // namespace podsysctl::check
