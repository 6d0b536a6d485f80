// SPDX-License-Identifier: Apache-2.0
#include "rules/match_reader.h"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/core.h>

#include "base/strings.h"
#include "pod/names.h"
#include "rules/fields.h"

namespace podsysctl::rules {
namespace {

using Operator = LabelRequirement::Operator;

constexpr std::array<std::string_view, 4> kOperators{"In", "NotIn", "Exists", "DoesNotExist"};
constexpr std::array<Operator, 4> kOperatorValues{Operator::in, Operator::not_in, Operator::exists,
                                                  Operator::does_not_exist};

void check_key(const yaml::Value& where, std::string_view key, pod::Problems& problems) {
  if (const auto fault = pod::check_label_key(key)) {
    problems.error(where, *fault);
  }
}

void check_value(const yaml::Value& where, std::string_view value, pod::Problems& problems) {
  if (const auto fault = pod::check_label_value(value)) {
    problems.error(where, *fault);
  }
}

void read_labels(const yaml::Value& labels, LabelSelector& selector, pod::Problems& problems) {
  if (!problems.holds(labels, labels.expect_mapping())) {
    return;
  }
  for (const yaml::Entry& entry : labels.node().entries) {
    const yaml::Value value = labels.field(entry);
    auto text = problems.keep(value, value.as_string());
    check_key(value, entry.name, problems);
    if (text) {
      check_value(value, *text, problems);
      selector.requirements.push_back({std::string(entry.name), Operator::in, {*std::move(text)}});
    }
  }
}

std::vector<std::string> read_values(const Fields& fields, pod::Problems& problems) {
  std::vector<std::string> values;
  for (const yaml::Value& item : fields.list("values", kMostInList)) {
    if (auto text = problems.keep(item, item.as_string())) {
      check_value(item, *text, problems);
      values.push_back(*std::move(text));
    }
  }
  return values;
}

void read_expression(const yaml::Value& object, LabelSelector& selector, pod::Problems& problems) {
  const Fields fields(object, kExpressionFields, problems);
  const auto key = fields.require("key", "name the label");
  const auto op = fields.require("operator", "write In, NotIn, Exists or DoesNotExist");
  if (!key || !op) {
    return;
  }
  LabelRequirement requirement;
  requirement.key = fields.text("key").value_or("");
  check_key(*key, requirement.key, problems);
  const std::string name = fields.text("operator").value_or("");
  const auto* const found = std::ranges::find(kOperators, name);
  if (found == kOperators.end()) {
    problems.error(*op,
                   fmt::format("{} is no operator{}", in_quotes(name), nearest(name, kOperators)));
    return;
  }
  requirement.op = kOperatorValues.at(static_cast<std::size_t>(found - kOperators.begin()));
  requirement.values = read_values(fields, problems);
  const bool wants_values = requirement.op == Operator::in || requirement.op == Operator::not_in;
  if (wants_values == requirement.values.empty()) {
    problems.error(object, wants_values ? fmt::format("{} needs values", name)
                                        : fmt::format("{} takes no values; remove them", name));
    return;
  }
  selector.requirements.push_back(std::move(requirement));
}

std::optional<LabelSelector> read_selector(const Fields& match, std::string_view name) {
  const auto object = match.find(name);
  if (!object) {
    return std::nullopt;
  }
  const Fields fields(*object, kSelectorFields, match.problems());
  LabelSelector selector;
  if (const auto labels = fields.find("matchLabels")) {
    read_labels(*labels, selector, match.problems());
  }
  for (const yaml::Value& item : fields.list("matchExpressions", kMostInList)) {
    read_expression(item, selector, match.problems());
  }
  return selector;
}

}  // namespace

PodMatch read_match(const yaml::Value& object, pod::Problems& problems) {
  const Fields fields(object, kMatchFields, problems);
  PodMatch match;
  match.namespaces = fields.texts("namespaces", kMostInList);
  match.namespace_selector = read_selector(fields, "namespaceSelector");
  match.pod_selector = read_selector(fields, "podSelector");
  match.service_accounts = fields.texts("serviceAccounts", kMostInList);
  match.images = fields.texts("images", kMostInList);
  for (const std::string_view name : {"namespaces", "serviceAccounts", "images"}) {
    const auto list = fields.find(name);
    if (list && list->node().kind == yaml::Kind::sequence && list->node().items.empty()) {
      problems.error(*list, "is empty, which would fit nothing; remove it to fit all");
    }
  }
  return match;
}

}  // namespace podsysctl::rules
