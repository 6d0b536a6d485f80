// SPDX-License-Identifier: Apache-2.0
// 108, 109: the alpha annotations, by the rules of 1.4 … 1.10, and what to write instead since.
#include <algorithm>
#include <array>
#include <string>

#include <fmt/core.h>

#include "base/strings.h"
#include "check/subject.h"
#include "policy/alpha_annotations.h"

namespace podsysctl::check {
namespace {

constexpr unsigned kIgnoredSince = 11;

struct Annotation {
  std::string_view key;
  policy::AskedBy asked_by;
};
constexpr std::array<Annotation, 2> kAnnotations{{
    {policy::kSysctlsAnnotation, policy::AskedBy::sysctls_annotation},
    {policy::kUnsafeSysctlsAnnotation, policy::AskedBy::unsafe_sysctls_annotation},
}};

// The field that the annotation's entries make.
std::string field_for(std::string_view spec_path,
                      const std::vector<policy::AnnotatedSysctl>& entries) {
  constexpr std::size_t kShown = 5;
  std::string items;
  for (std::size_t i = 0; i < std::min(entries.size(), kShown); ++i) {
    items += fmt::format("{}{{name: {}, value: \"{}\"}}", i == 0 ? "" : ", ", trim(entries[i].name),
                         entries[i].value);
  }
  return fmt::format("write {}.securityContext.sysctls: [{}{}]", spec_path, items,
                     entries.size() > kShown ? ", …" : "");
}

void report_ignored(const Subject& subject, const yaml::Node& value, std::string_view holder,
                    std::string_view key) {
  const auto entries = policy::parse_sysctls_annotation(string_of(&value));
  const bool one = entries && entries->size() == 1;
  subject.sink.add(
      Rule::annotation_ignored,
      {value.at, annotation_path(holder, key), one ? entries->front().name : ""},
      fmt::format("annotation {} is non-functional in v1.11+; use the \"sysctls\" field instead: "
                  "Kubernetes {} starts the pod without these values",
                  key, subject.context.kubernetes.to_string()),
      entries && !entries->empty() ? field_for(subject.workload.spec_path, *entries)
                                   : "remove it; nothing of it can be read");
}

// Before 1.11: the pod's own annotation counts, and its entries are wishes.
void read_entries(Subject& subject, const yaml::Node& value, const Annotation& annotation) {
  const auto entries = policy::parse_sysctls_annotation(string_of(&value));
  if (!entries) {
    return;
  }
  // The names live in the value's text, which the document holds.
  const std::string_view text = string_of(&value);
  for (const policy::AnnotatedSysctl& entry : *entries) {
    const std::string_view name = text.substr(entry.offset, entry.name.size());
    subject.wishes.push_back(
        {.name = name,
         .value = text.substr(entry.offset + entry.name.size() + 1, entry.value.size()),
         .facts = &subject.keys.of(name),
         .asked_by = annotation.asked_by,
         .name_at = value.at,
         .value_at = value.at,
         .annotation = annotation.key});
  }
}

void report_faults(Subject& subject, const yaml::Node* annotations) {
  const yaml::Node* const safe = field_of(annotations, policy::kSysctlsAnnotation);
  const yaml::Node* const all = field_of(annotations, policy::kUnsafeSysctlsAnnotation);
  bool safe_refused = false;
  bool all_refused = false;
  for (const policy::FieldFault& fault :
       policy::validate_alpha_annotations(string_of(safe), string_of(all))) {
    const bool of_safe =
        fault.path.starts_with(fmt::format("metadata.annotations[{}]", policy::kSysctlsAnnotation));
    const yaml::Node& value = of_safe || all == nullptr ? *safe : *all;
    const std::string_view key =
        of_safe ? policy::kSysctlsAnnotation : policy::kUnsafeSysctlsAnnotation;
    subject.sink.add(Rule::annotation_malformed,
                     {value.at, annotation_path(subject.workload.template_path, key), ""},
                     fault.text(), fault.hint);
    (of_safe ? safe_refused : all_refused) = true;
  }
  for (Wish& wish : subject.wishes) {
    wish.refused_by_api =
        wish.annotation == policy::kSysctlsAnnotation ? safe_refused : all_refused;
  }
}

void report_all_ignored(const Subject& subject, const yaml::Node* annotations,
                        std::string_view holder) {
  for (const Annotation& annotation : kAnnotations) {
    const yaml::Node* const value = field_of(annotations, annotation.key);
    if (value != nullptr && !string_of(value).empty()) {
      report_ignored(subject, *value, holder, annotation.key);
    }
  }
}

}  // namespace

void check_annotations(Subject& subject) {
  const yaml::Node* const of_object =
      field_of(field_of(subject.workload.object, "metadata"), "annotations");
  const yaml::Node* const of_pod = field_of(subject.workload.template_metadata, "annotations");
  if (subject.context.kubernetes.at_least(kIgnoredSince)) {
    report_all_ignored(subject, of_pod, subject.workload.template_path);
    if (of_object != of_pod) {
      report_all_ignored(subject, of_object, subject.workload.object_path);
    }
    return;
  }
  for (const Annotation& annotation : kAnnotations) {
    if (const yaml::Node* const value = field_of(of_pod, annotation.key)) {
      read_entries(subject, *value, annotation);
    }
  }
  report_faults(subject, of_pod);
}

}  // namespace podsysctl::check
