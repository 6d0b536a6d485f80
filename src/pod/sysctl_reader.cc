// SPDX-License-Identifier: Apache-2.0
#include "pod/sysctl_reader.h"

#include <string>
#include <utility>
#include <vector>

#include "base/strings.h"
#include "pod/object_reader.h"
#include "policy/alpha_annotations.h"
#include "policy/api_validation.h"

namespace podsysctl::pod {
namespace {

constexpr std::string_view kHowToSpell =
    "write it as sysctl(8) shows it (net.core.somaxconn), or with slashes where an interface name "
    "has a dot (net/ipv4/conf/eth0.100/forwarding)";

void add_setting(PodSpec& pod, const yaml::Value& where, std::string name, std::string value,
                 sysctl::Origin origin, Problems& problems) {
  Result<sysctl::SysctlKey> key = sysctl::SysctlKey::parse(name);
  if (!key) {
    problems.error(where, fmt::format("{}; {}", key.error().message, kHowToSpell));
    return;
  }
  if (name == key->name()) {
    name.clear();  // the spelling is the canonical one
  }
  pod.sysctls.push_back({*std::move(key), std::move(value), std::move(origin), std::move(name)});
}

sysctl::Origin origin_at(sysctl::Origin::Kind kind, std::string source, const yaml::Value& where) {
  return {kind, std::move(source), where.at().line, where.at().column};
}

// The annotation's entries as the field takes them, for the notice.
std::string as_field(const std::vector<policy::AnnotatedSysctl>& entries) {
  constexpr std::size_t kMostShown = 4;
  std::string text = "spec.securityContext.sysctls: [";
  for (std::size_t i = 0; i < entries.size() && i < kMostShown; ++i) {
    text += fmt::format("{}{{name: {}, value: {}}}", i == 0 ? "" : ", ", entries[i].name,
                        in_quotes(entries[i].value));
  }
  return text + (entries.size() > kMostShown ? ", …]" : "]");
}

void read_annotation(const yaml::Value& where, std::string_view key, std::string_view text,
                     policy::KubernetesVersion version, PodSpec& pod, Problems& problems) {
  const auto entries = policy::parse_sysctls_annotation(text);
  if (!entries) {
    return;  // validate_alpha_annotations() has its words for it
  }
  for (const policy::AnnotatedSysctl& entry : *entries) {
    add_setting(pod, where, entry.name, entry.value,
                origin_at(sysctl::Origin::Kind::annotation,
                          fmt::format("{}: {}", where.source(), key), where),
                problems);
  }
  if (const auto notice = policy::annotation_notice(key, version); notice && !entries->empty()) {
    // The notice names the path, and so does Notice::text().
    const std::string path = where.path() + ": ";
    const std::string_view message = *notice;
    problems.warn(where,
                  fmt::format("{}; write {}",
                              message.starts_with(path) ? message.substr(path.size()) : message,
                              as_field(*entries)));
  }
}

}  // namespace

void read_sysctl_field(const yaml::Value& security_context, policy::KubernetesVersion version,
                       PodSpec& pod, Problems& problems) {
  const auto field = security_context.find("sysctls");
  const auto items = field ? problems.keep(*field, field->as_list()) : std::nullopt;
  if (!items) {
    return;
  }
  for (const yaml::Value& item : *items) {
    const ObjectReader entry(item, "spec.securityContext.sysctls[]", problems);
    auto name = entry.required_text("name");
    auto value = entry.text("value");
    if (!entry.field("value")) {
      entry.error_in("value", "required; write it in quotes: value: \"1\"");
    }
    if (name && value) {
      const yaml::Value where = *entry.field("name");
      add_setting(pod, where, *std::move(name), *std::move(value),
                  origin_at(sysctl::Origin::Kind::manifest, std::string(item.source()), where),
                  problems);
    }
  }
  if (const auto notice = policy::field_notice(version); notice && !items->empty()) {
    problems.warn(*field, *notice);
  }
}

void read_sysctl_annotations(const yaml::Value& metadata, policy::KubernetesVersion version,
                             PodSpec& pod, Problems& problems) {
  const auto annotations = metadata.find("annotations");
  const auto where = [&](std::string_view key) {
    return annotations ? annotations->find(key) : std::nullopt;
  };
  const auto text_of = [&](std::string_view key) {
    const auto found = pod.annotations.find(std::string(key));
    return found == pod.annotations.end() ? std::string() : found->second;
  };
  const std::string safe = text_of(policy::kSysctlsAnnotation);
  const std::string listed = text_of(policy::kUnsafeSysctlsAnnotation);
  const auto faults = policy::validate_alpha_annotations(safe, listed);
  for (const policy::FieldFault& fault : faults) {
    const bool in_listed = fault.path.find(policy::kUnsafeSysctlsAnnotation) != std::string::npos;
    const auto place =
        where(in_listed ? policy::kUnsafeSysctlsAnnotation : policy::kSysctlsAnnotation);
    problems.error(place.value_or(metadata), fmt::format("{}; {}", fault.detail, fault.hint));
  }
  if (!faults.empty()) {
    return;
  }
  if (!safe.empty()) {
    read_annotation(*where(policy::kSysctlsAnnotation), policy::kSysctlsAnnotation, safe, version,
                    pod, problems);
  }
  if (!listed.empty()) {
    read_annotation(*where(policy::kUnsafeSysctlsAnnotation), policy::kUnsafeSysctlsAnnotation,
                    listed, version, pod, problems);
  }
}

}  // namespace podsysctl::pod
