// SPDX-License-Identifier: Apache-2.0
// 601, 602: what the pod asks podsysctl for by annotations, which no kubelet looks at. Its keys and
// values are held against the rules of the kernel and of values like those of the field.
#include <string>
#include <utility>

#include <fmt/core.h>

#include "check/subject.h"
#include "policy/verdict.h"
#include "rules/decide.h"
#include "rules/workload_facts.h"
#include "yaml/scalar.h"

namespace podsysctl::check {
namespace {

using rules::kConfAnnotation;

// A line of the text of a block scalar begins a line of the file; of any other style it does not.
yaml::Position place_of(const yaml::Node& text, std::size_t line) {
  const bool block = text.end.line >= text.at.line + line;
  return block ? yaml::Position{static_cast<std::uint32_t>(text.at.line + line), 1} : text.at;
}

void report_malformed(const Subject& subject, const yaml::Node& node, std::string message) {
  subject.sink.add(Rule::agent_annotation_malformed,
                   {node.at, annotation_path(subject.workload.template_path, kConfAnnotation), ""},
                   fmt::format("annotation {}: {}", kConfAnnotation, message),
                   "write one key = value a line, as in sysctl.conf");
}

void add_wishes(Subject& subject, const yaml::Node& node) {
  if (node.kind != yaml::Kind::scalar || resolve(node).type != yaml::ScalarType::string) {
    return report_malformed(subject, node, "is not a string");
  }
  auto settings = rules::parse_conf_text(node.text);
  if (!settings) {
    return report_malformed(subject, node, settings.error().message);
  }
  subject.annotated = *std::move(settings);
  for (const sysctl::Setting& setting : subject.annotated) {
    const yaml::Position at = place_of(node, setting.origin.line);
    const std::string_view name = setting.spelling.empty() ? setting.key.name() : setting.spelling;
    subject.wishes.push_back({.name = name,
                              .value = setting.value,
                              .facts = &subject.keys.of(name),
                              .name_at = at,
                              .value_at = at,
                              .annotation = kConfAnnotation});
  }
}

yaml::Position place_of(const Subject& subject, const yaml::Node* annotations,
                        std::string_view name) {
  for (const Wish& wish : subject.wishes) {
    if (wish.is_for_agent() && wish.facts->key && wish.facts->key->name() == name) {
      return wish.name_at;
    }
  }
  const yaml::Node* const profile = field_of(annotations, rules::kProfileAnnotation);
  return profile != nullptr ? profile->at : annotations->at;
}

void check_grants(const Subject& subject, const yaml::Node& annotations) {
  const Context& context = subject.context;
  const Workload& workload = subject.workload;
  auto facts = rules::facts_of(*workload.found, workload.namespace_);
  if (!facts) {
    return;  // what has the wrong type is a finding of its own
  }
  facts->field.clear();  // the kubelet's to judge
  const rules::NodeFacts node{context.allowlist, context.kernel.upstream, {}};
  const rules::Decision decision = rules::decide(*facts, *context.policies, node);
  const std::string_view end = decision.on_forbidden == rules::OnForbidden::reject
                                   ? "the pod does not start"
                                   : "the pod starts without it";
  for (const policy::Verdict& offence : decision.offences) {
    if (offence.name() == kConfAnnotation) {
      continue;  // it does not parse, which was said
    }
    subject.sink.add(
        Rule::not_granted,
        {place_of(subject, &annotations, offence.name()),
         annotation_path(workload.template_path, kConfAnnotation), std::string(offence.name())},
        fmt::format("{}: {}", offence.message(), end), std::string(offence.hint()));
  }
}

}  // namespace

void check_agent(Subject& subject) {
  const yaml::Node* const annotations = field_of(subject.workload.template_metadata, "annotations");
  const yaml::Node* const text = field_of(annotations, kConfAnnotation);
  if (text != nullptr) {
    add_wishes(subject, *text);
  }
  if (subject.context.policies &&
      (text != nullptr || field_of(annotations, rules::kProfileAnnotation) != nullptr)) {
    check_grants(subject, *annotations);
  }
}

}  // namespace podsysctl::check
