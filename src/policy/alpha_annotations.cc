// SPDX-License-Identifier: Apache-2.0
#include "policy/alpha_annotations.h"

#include <algorithm>
#include <set>
#include <utility>

#include <fmt/core.h>

#include "base/strings.h"
#include "policy/go_quote.h"
#include "policy/names.h"

namespace podsysctl::policy {
namespace {

// The last version that read the annotations: its rules stay theirs.
constexpr KubernetesVersion kLastAlpha = KubernetesVersion::release(10);

std::string path_of(std::string_view key) { return fmt::format("metadata.annotations[{}]", key); }

// Appends what is wrong with one annotation and returns the names in it.
std::vector<std::string> check_one(std::string_view key, std::string_view value,
                                   std::vector<FieldFault>& faults) {
  const auto entries = parse_sysctls_annotation(value);
  if (!entries) {
    faults.push_back({std::nullopt, path_of(key), invalid_value(value, entries.error().message),
                      "write name=value pairs with ',' between them"});
    return {};
  }
  std::vector<std::string> names;
  for (const AnnotatedSysctl& entry : *entries) {
    if (!is_valid_name(entry.name, kLastAlpha)) {
      faults.push_back({names.size(), fmt::format("{}[{}].name", path_of(key), names.size()),
                        invalid_value(entry.name, name_rule(kLastAlpha)),
                        "write the name with dots and without blanks: net.core.somaxconn=1024"});
    }
    names.push_back(entry.name);
  }
  return names;
}

}  // namespace

Result<std::vector<AnnotatedSysctl>> parse_sysctls_annotation(std::string_view value) {
  if (value.size() > kMaxAnnotationBytes) {
    return Error::of(Code::invalid_argument,
                     "the annotation has {} bytes: Kubernetes takes at most {} in all annotations "
                     "of an object",
                     value.size(), kMaxAnnotationBytes);
  }
  std::vector<AnnotatedSysctl> entries;
  if (value.empty()) {
    return entries;
  }
  for (const std::string_view part : split(value, ',')) {
    const std::size_t equals = part.find('=');
    if (equals == std::string_view::npos || equals == 0 ||
        part.find('=', equals + 1) != part.npos) {
      return Error::of(Code::invalid_argument, "sysctl {} not of the format sysctl_name=value",
                       go_quoted(part));
    }
    entries.push_back({std::string(part.substr(0, equals)), std::string(part.substr(equals + 1)),
                       static_cast<std::size_t>(part.data() - value.data())});
  }
  return entries;
}

std::vector<FieldFault> validate_alpha_annotations(std::string_view sysctls,
                                                   std::string_view unsafe_sysctls) {
  std::vector<FieldFault> faults;
  const std::vector<std::string> safe = check_one(kSysctlsAnnotation, sysctls, faults);
  const std::vector<std::string> listed =
      check_one(kUnsafeSysctlsAnnotation, unsafe_sysctls, faults);
  const std::set<std::string_view> safe_names(safe.begin(), safe.end());
  std::vector<std::string> in_both;
  std::ranges::copy_if(listed, std::back_inserter(in_both),
                       [&](const std::string& name) { return safe_names.contains(name); });
  if (!in_both.empty()) {
    faults.push_back({std::nullopt, path_of(kUnsafeSysctlsAnnotation),
                      invalid_value(join(in_both, ", "), "can not be safe and unsafe"),
                      "keep each sysctl in one of the two annotations"});
  }
  return faults;
}

std::optional<std::string> annotation_notice(std::string_view key, KubernetesVersion version) {
  if (version <= kLastAlpha) {
    return std::nullopt;
  }
  return fmt::format(
      "{}: non-functional in v1.11+; use the \"sysctls\" field instead: Kubernetes {} ignores the "
      "annotation, podsysctl honours it",
      path_of(key), version.to_string());
}

}  // namespace podsysctl::policy
