// SPDX-License-Identifier: Apache-2.0
// 301 … 307: each value by itself, as YAML hands it on and as the kernel reads it.
#include <algorithm>
#include <string>
#include <utility>

#include <fmt/core.h>

#include "base/strings.h"
#include "check/subject.h"
#include "sysctl/setting.h"
#include "sysctl/value.h"
#include "sysctl/value_number.h"
#include "yaml/scalar.h"
#include "yaml/value.h"

namespace podsysctl::check {
namespace {

using sysctl::Entry;
using sysctl::ValueType;

// How JSON spells a plain scalar: what the API server gets of it.
std::string as_json(const yaml::Node& node) {
  const yaml::Scalar scalar = resolve(node);
  switch (scalar.type) {
    case yaml::ScalarType::null:
      return "null";
    case yaml::ScalarType::boolean:
      return scalar.boolean ? "true" : "false";
    case yaml::ScalarType::integer:
      return fmt::format("{}", scalar.integer);
    case yaml::ScalarType::floating:
      return fmt::format("{}", scalar.floating);
    case yaml::ScalarType::string:
    case yaml::ScalarType::unfit:
      break;
  }
  return std::string(node.text);
}

std::string_view json_type(const yaml::Node& node) {
  if (node.kind != yaml::Kind::scalar) {
    return node.kind == yaml::Kind::sequence ? "array" : "object";
  }
  return resolve(node).type == yaml::ScalarType::boolean ? "bool" : "number";
}

// The API server's words: its decoder names the field from the object down, without indices.
std::string decoder_refusal(const Workload& workload, const yaml::Node& node) {
  const std::size_t object = workload.object_path.size();
  const std::string_view path_in_object =
      std::string_view(workload.spec_path).substr(object == 0 ? 0 : object + 1);
  const std::string json = fmt::format(
      "json: cannot unmarshal {} into Go struct field Sysctl.{}.securityContext.sysctls."
      "value of type string",
      json_type(node), path_in_object);
  const std::string_view version = string_of(field_of(workload.object, "apiVersion"));
  return fmt::format("{0} in version \"{1}\" cannot be handled as a {0}: {2}", workload.kind,
                     version.substr(version.rfind('/') + 1), json);
}

void report_no_string(const Subject& subject, const Wish& wish, const yaml::Node& node) {
  const std::string refusal = decoder_refusal(subject.workload, node);
  if (node.kind != yaml::Kind::scalar) {
    subject.sink.add(Rule::wrong_type, subject.value_place(wish), refusal,
                     "write the value as one text in quotes: \"4096 131072 6291456\"");
    return;
  }
  const std::string hint = fmt::format("write it in quotes: \"{}\"", node.text);
  const std::string made = as_json(node);
  if (made == node.text) {
    subject.sink.add(Rule::unquoted_value, subject.value_place(wish), refusal, hint);
  } else {
    subject.sink.add(
        Rule::value_changed_by_yaml, subject.value_place(wish),
        fmt::format("without quotes YAML reads {} as {}; {}", in_quotes(node.text), made, refusal),
        hint);
  }
}

// Which of a value's rules is broken; check_value() says it in words.
Rule broken_rule(const Entry& entry, std::string_view value) {
  if (entry.type != ValueType::integer && entry.type != ValueType::vector) {
    return Rule::wrong_type;
  }
  const auto numbers = sysctl::read_numbers(value);
  if (!numbers) {
    return Rule::wrong_type;
  }
  if (numbers->size() != entry.elements.size()) {
    return Rule::vector_length;
  }
  for (const std::string_view word : split_words(value)) {
    if (!sysctl::checked_number(word)) {
      return Rule::wrong_type;
    }
  }
  for (std::size_t i = 0; i < numbers->size(); ++i) {
    if (!in_range((*numbers)[i], entry.elements[i].range)) {
      return Rule::out_of_range;
    }
  }
  return Rule::vector_order;
}

std::string hint_of(const Entry& entry) {
  if (!entry.default_value || entry.default_value->empty()) {
    return entry.unit.empty() ? "" : fmt::format("it is given in {}", entry.unit);
  }
  return fmt::format("the kernel's own value is \"{}\"{}", *entry.default_value,
                     entry.unit.empty() ? "" : fmt::format(", in {}", entry.unit));
}

void report_unusual(const Subject& subject, const Wish& wish, const Entry& entry) {
  const auto numbers = sysctl::read_numbers(*wish.value);
  if (!numbers || numbers->size() != entry.elements.size()) {
    return;
  }
  for (std::size_t i = 0; i < numbers->size(); ++i) {
    const sysctl::Element& element = entry.elements[i];
    if (!element.sensible || in_range((*numbers)[i], *element.sensible)) {
      continue;
    }
    subject.sink.add(
        Rule::outside_sensible_range, subject.value_place(wish),
        fmt::format("{} of {} is legal and unusual: {}between {} and {} is what makes sense",
                    to_string((*numbers)[i]), wish.facts->key->name(),
                    element.name.empty() ? "" : fmt::format("{} ", element.name),
                    element.sensible->min, element.sensible->max),
        "make sure that it is meant");
    return;
  }
}

void check_one(const Subject& subject, const Wish& wish) {
  if (!wish.facts->key) {
    return;
  }
  const sysctl::SysctlKey& key = *wish.facts->key;
  if (const Result<> text = sysctl::check_value_text(key, *wish.value); !text) {
    subject.sink.add(wish.value->empty() ? Rule::empty_value : Rule::wrong_type,
                     subject.value_place(wish), text.error().message,
                     wish.value->empty() ? "give the value, or remove the sysctl" : "");
    return;
  }
  const Entry* const entry = wish.facts->entry;
  if (entry == nullptr) {
    return;
  }
  if (const Result<> checked = sysctl::check_value(key, *wish.value); !checked) {
    subject.sink.add(broken_rule(*entry, *wish.value), subject.value_place(wish),
                     checked.error().message, hint_of(*entry));
  } else if (entry->type == ValueType::integer || entry->type == ValueType::vector) {
    report_unusual(subject, wish, *entry);
  }
}

}  // namespace

void check_values(Subject& subject) {
  for (const Wish& wish : subject.wishes) {
    if (wish.value) {
      check_one(subject, wish);
    } else if (wish.annotation.empty()) {
      report_no_string(subject, wish, *subject.workload.sysctls[wish.index].value_node);
    }
  }
}

}  // namespace podsysctl::check
