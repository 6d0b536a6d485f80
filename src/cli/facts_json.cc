// SPDX-License-Identifier: Apache-2.0
#include "cli/facts_json.h"

#include <array>
#include <span>
#include <string>

#include <nlohmann/json.hpp>

#include "sysctl/effect.h"

namespace podsysctl::cli {
namespace {

using sysctl::Entry;

// In the order of the enumerations.
constexpr std::array<std::string_view, 12> kTypes{"boolean",  "integer",  "vector",    "choice",
                                                  "word",     "text",     "gid_range", "port_list",
                                                  "bit_list", "cpu_mask", "hex_key",   "command"};

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

// None for an empty entry: the first of the enumeration would be a wrong answer.
json::Value type_json(const Entry& entry) {
  return entry.key.empty() ? json::Value() : json::Value(std::string(to_string(entry.type)));
}

json::Value max_length_json(const Entry& entry) {
  return entry.max_length == 0 ? json::Value() : json::Value(entry.max_length);
}

template <std::string_view Entry::* Text>
json::Value text(const Entry& entry) {
  return or_null(entry.*Text);
}

template <std::span<const std::string_view> Entry::* Texts>
json::Value texts(const Entry& entry) {
  return list_of(entry.*Texts);
}

struct Field {
  std::string_view name;
  json::Value (*of)(const Entry& entry);
};

// The catalogue's part of the object, in its order.
constexpr auto kFields = std::to_array<Field>({
    {"entry", text<&Entry::key>},
    {"group", text<&Entry::group>},
    {"meaning", text<&Entry::meaning>},
    {"type", type_json},
    {"unit", text<&Entry::unit>},
    {"elements", elements_json},
    {"choices", choices_json},
    {"maxLength", max_length_json},
    {"ascending",
     [](const Entry& entry) -> json::Value {
       return entry.order == sysctl::Order::non_decreasing;
     }},
    {"defaultDepends", text<&Entry::default_depends>},
    {"since", text<&Entry::since>},
    {"visibleSince", text<&Entry::visible_since>},
    {"namespacedSince", text<&Entry::namespaced_since>},
    {"removed", text<&Entry::removed>},
    {"module", text<&Entry::module>},
    {"config", text<&Entry::config>},
    {"kubernetes", safe_json},
    {"leaks", leaks_json},
    {"effect", [](const Entry& entry) { return or_null(to_string(entry.effect)); }},
    {"existing", text<&Entry::existing>},
    {"interacts", texts<&Entry::interacts>},
    {"counters", texts<&Entry::counters>},
    {"memory", text<&Entry::memory>},
    {"traps", texts<&Entry::traps>},
    {"folklore", text<&Entry::folklore>},
    {"instead", text<&Entry::instead>},
    {"source", text<&Entry::source>},
});

}  // namespace

std::string_view to_string(sysctl::ValueType type) noexcept {
  return kTypes.at(static_cast<std::size_t>(type));
}

json::Value facts_json(const KeyFacts& facts) {
  static constexpr Entry kNothing{};
  const Entry& entry = facts.entry != nullptr ? *facts.entry : kNothing;
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
  };
  for (const Field& field : kFields) {
    view[std::string(field.name)] = field.of(entry);
  }
  return view;
}

}  // namespace podsysctl::cli
