// SPDX-License-Identifier: Apache-2.0
#include "cli/facts_json.h"

#include <array>
#include <span>
#include <string>

#include <nlohmann/json.hpp>

namespace podsysctl::cli {
namespace {

using sysctl::Entry;

// In the order of the enumerations.
constexpr std::array<std::string_view, 12> kTypes{"boolean",  "integer",  "vector",    "choice",
                                                  "word",     "text",     "gid_range", "port_list",
                                                  "bit_list", "cpu_mask", "hex_key",   "command"};
constexpr std::array<std::string_view, 12> kEffects{"",
                                                    "at-once",
                                                    "next-packet",
                                                    "next-segment",
                                                    "next-timer",
                                                    "next-socket",
                                                    "next-connection",
                                                    "next-listen",
                                                    "next-object",
                                                    "next-interface",
                                                    "next-process",
                                                    "never"};

json::Value or_null(std::string_view text) {
  return text.empty() ? json::Value() : json::Value(std::string(text));
}

json::Value list_of(std::span<const std::string_view> texts) {
  json::Value list = json::Value::array();
  for (const std::string_view text : texts) {
    list.push_back(std::string(text));
  }
  return list;
}

json::Value range_json(const sysctl::Range& range) {
  return {{"min", range.min}, {"max", range.max}};
}

json::Value elements_json(const Entry& entry) {
  json::Value list = json::Value::array();
  for (const sysctl::Element& element : entry.elements) {
    list.push_back(
        {{"name", std::string(element.name)},
         {"legal", range_json(element.range)},
         {"sensible", element.sensible ? range_json(*element.sensible) : json::Value()}});
  }
  return list;
}

json::Value choices_json(const Entry& entry) {
  json::Value choices = json::Value::array();
  for (const sysctl::Choice& choice : entry.choices) {
    choices.push_back(
        {{"value", std::string(choice.text)}, {"meaning", std::string(choice.meaning)}});
  }
  return choices;
}

json::Value leaks_json(const Entry& entry) {
  json::Value list = json::Value::array();
  for (const sysctl::Leak& leak : entry.leaks) {
    json::Value fixed = json::Value::array();
    for (const sysctl::KernelVersion& version : leak.fixed) {
      fixed.push_back(to_string(version));
    }
    list.push_back({{"effect", std::string(leak.effect)}, {"fixedIn", std::move(fixed)}});
  }
  return list;
}

json::Value safe_json(const Entry& entry) {
  if (entry.safe_since.empty()) {
    return {};
  }
  return {{"safeSince", std::string(entry.safe_since)}, {"kernel", or_null(entry.safe_kernel)}};
}

}  // namespace

std::string_view to_string(sysctl::ValueType type) noexcept {
  return kTypes.at(static_cast<std::size_t>(type));
}

std::string_view to_string(sysctl::Effect effect) noexcept {
  return kEffects.at(static_cast<std::size_t>(effect));
}

json::Value facts_json(const KeyFacts& facts) {
  static constexpr Entry kNothing{};
  const bool known = facts.entry != nullptr;
  const Entry& entry = known ? *facts.entry : kNothing;
  json::Value view = {
      {"key", facts.key.name()},
      {"scope", std::string(to_string(facts.scope))},
      {"settability", std::string(to_string(facts.settability))},
      {"inUserNamespace", facts.in_user_namespace
                              ? json::Value(std::string(to_string(*facts.in_user_namespace)))
                              : json::Value()},
      {"default", facts.default_value ? json::Value(*facts.default_value) : json::Value()},
      {"note", facts.note},
      {"from", std::string(to_string(facts.source))},
      {"entry", or_null(entry.key)},
      {"group", or_null(entry.group)},
      {"meaning", or_null(entry.meaning)},
      {"type", known ? json::Value(std::string(to_string(entry.type))) : json::Value()},
      {"unit", or_null(entry.unit)},
  };
  view["elements"] = elements_json(entry);
  view["choices"] = choices_json(entry);
  view["maxLength"] = entry.max_length == 0 ? json::Value() : json::Value(entry.max_length);
  view["ascending"] = entry.order == sysctl::Order::non_decreasing;
  view["defaultDepends"] = or_null(entry.default_depends);
  view["since"] = or_null(entry.since);
  view["visibleSince"] = or_null(entry.visible_since);
  view["namespacedSince"] = or_null(entry.namespaced_since);
  view["removed"] = or_null(entry.removed);
  view["module"] = or_null(entry.module);
  view["config"] = or_null(entry.config);
  view["kubernetes"] = safe_json(entry);
  view["leaks"] = leaks_json(entry);
  view["effect"] = or_null(to_string(entry.effect));
  view["existing"] = or_null(entry.existing);
  view["interacts"] = list_of(entry.interacts);
  view["counters"] = list_of(entry.counters);
  view["memory"] = or_null(entry.memory);
  view["traps"] = list_of(entry.traps);
  view["folklore"] = or_null(entry.folklore);
  view["instead"] = or_null(entry.instead);
  view["source"] = or_null(entry.source);
  return view;
}

}  // namespace podsysctl::cli
