// SPDX-License-Identifier: Apache-2.0
#include "check/policy_file.h"

#include <algorithm>
#include <array>

#include <fmt/core.h>

#include "base/strings.h"
#include "check/context.h"
#include "policy/kubernetes_version.h"
#include "policy/pod_security.h"
#include "yaml/reader.h"
#include "yaml/value.h"

namespace podsysctl::check {
namespace {

using yaml::Value;

// The text, if `parse` takes it; else its error at the value.
template <class Parse>
Result<> read_text(const Value& value, std::string& into, const Parse& parse) {
  PSYS_TRY_ASSIGN(into, value.as_string());
  if (const auto parsed = parse(into); !parsed) {
    return std::unexpected(value.error(parsed.error().message));
  }
  return {};
}

Result<Runtime> parse_runtime(const std::string& text) {
  if (const auto runtime = runtime_from_string(text)) {
    return *runtime;
  }
  return Error::of(Code::invalid_argument, "{} is no runtime: containerd, cri-o or docker",
                   in_quotes(text));
}

Result<> read_patterns(const Value& value, PolicyFile& file) {
  PSYS_TRY_ASSIGN(const std::vector<Value> items, value.as_list());
  for (const Value& item : items) {
    PSYS_TRY_ASSIGN(std::string text, item.as_string());
    file.patterns.push_back({text, {item.at(), item.path(), text}});
  }
  return {};
}

// `off` without quotes is a boolean in YAML 1.1; nobody writes it otherwise.
Result<Severity> severity_of(const Value& value) {
  if (const auto boolean = value.as_bool(); boolean && !*boolean) {
    return Severity::off;
  }
  PSYS_TRY_ASSIGN(const std::string text, value.as_string());
  if (const auto severity = severity_from_string(text)) {
    return *severity;
  }
  return std::unexpected(
      value.error(fmt::format("{} is no severity: off, info, warning or error", in_quotes(text))));
}

Result<> read_rules(const Value& value, PolicyFile& file) {
  PSYS_TRY(value.expect_mapping());
  for (const yaml::Entry& entry : value.node().entries) {
    const Value field = value.field(entry);
    const auto rule = rule_from_id(entry.name);
    if (!rule) {
      return std::unexpected(Value(*entry.key, field.path(), value.source())
                                 .error("there is no such rule; docs/rules.md lists them"));
    }
    PSYS_TRY_ASSIGN(const Severity severity, severity_of(field));
    file.rules.emplace_back(*rule, severity);
  }
  return {};
}

Result<> read_field(std::string_view name, const Value& value, PolicyFile& file) {
  if (name == "kubernetesVersion") {
    return read_text(value, file.kubernetes_version, policy::KubernetesVersion::parse);
  }
  if (name == "kernelVersion") {
    return read_text(value, file.kernel_version,
                     [](const std::string& text) { return Kernel::parse(text); });
  }
  if (name == "runtime") {
    return read_text(value, file.runtime, parse_runtime);
  }
  if (name == "podSecurity") {
    return read_text(value, file.pod_security, policy::PodSecurity::parse);
  }
  if (name == "allowedUnsafeSysctls") {
    return read_patterns(value, file);
  }
  if (name == "rules") {
    return read_rules(value, file);
  }
  return std::unexpected(
      value.error("unknown field; taken are kubernetesVersion, kernelVersion, runtime, "
                  "podSecurity, allowedUnsafeSysctls and rules"));
}

}  // namespace

Result<PolicyFile> read_policy_file(std::string_view text, std::string_view source) {
  yaml::DocumentReader reader(text, source);
  PSYS_TRY_ASSIGN(const auto document, reader.next());
  if (!document) {
    return Error::of(Code::invalid_argument, "{}: is empty", source);
  }
  const Value root(*document);
  PSYS_TRY(root.expect_mapping());
  PolicyFile file;
  for (const yaml::Entry& entry : root.node().entries) {
    PSYS_TRY(read_field(entry.name, root.field(entry), file));
  }
  return file;
}

}  // namespace podsysctl::check
