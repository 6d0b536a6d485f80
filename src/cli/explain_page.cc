// SPDX-License-Identifier: Apache-2.0
#include "cli/explain_page.h"

#include <fmt/core.h>

#include "base/strings.h"
#include "cli/facts_json.h"
#include "cli/page.h"
#include "cli/wording.h"

namespace podsysctl::cli {
namespace {

using sysctl::Entry;
using sysctl::Settability;

std::string range_text(const sysctl::Range& range) {
  return fmt::format("{}..{}", range.min, range.max);
}

std::string element_text(const sysctl::Element& element) {
  std::string text = element.name.empty() ? "" : fmt::format("{} ", element.name);
  text += range_text(element.range);
  if (element.sensible) {
    text += fmt::format(" (sensible: {})", range_text(*element.sensible));
  }
  return text;
}

std::string type_text(const Entry& entry) {
  std::string text(to_string(entry.type));
  std::string separator = ": ";
  for (const sysctl::Element& element : entry.elements) {
    text += separator + element_text(element);
    separator = ", ";
  }
  if (entry.order == sysctl::Order::non_decreasing) {
    text += "; the numbers must not decrease";
  }
  if (entry.max_length != 0) {
    text += fmt::format(", at most {} characters", entry.max_length);
  }
  if (!entry.unit.empty()) {
    text += fmt::format("; in {}", entry.unit);
  }
  return text;
}

void put_value(Page& page, const KeyFacts& facts) {
  if (facts.entry == nullptr) {
    return;
  }
  page.heading("Value");
  page.item("type", type_text(*facts.entry));
  for (const sysctl::Choice& choice : facts.entry->choices) {
    page.item("  " + std::string(choice.text), choice.meaning);
  }
}

std::string default_text(const KeyFacts& facts) {
  if (!facts.default_value) {
    return "";
  }
  const std::string value = facts.default_value->empty() ? "(empty)" : *facts.default_value;
  const bool of_pod = facts.settability == Settability::pod_writable;
  std::string text = value + (of_pod ? " in a fresh namespace" : "");
  // Of a pod's own key, `inherited` says so.
  if (!of_pod && facts.entry != nullptr && !facts.entry->default_depends.empty()) {
    text += fmt::format("; depends on: {}", facts.entry->default_depends);
  }
  return text;
}

void put_place(Page& page, const Explanation& about) {
  const KeyFacts& facts = about.facts;
  page.heading("Here");
  page.item("scope", to_string(facts.scope));
  page.item(
      "settability",
      fmt::format("{} on Linux {} (by the {})", to_string(facts.settability), about.kernel_release,
                  facts.source == FactSource::probe ? "probe" : "catalogue"),
      colour_of(facts.settability));
  page.item("", facts.note);
  page.item("kernels", facts.entry == nullptr ? "" : kernels_text(*facts.entry));
  page.item("default", default_text(facts));
  if (about.host_value) {
    page.item("host now", about.host_value->empty() ? "(empty)" : *about.host_value);
  }
  if (about.target) {
    const auto& [target, value, remark] = *about.target;
    const std::string shown = !value ? "" : value->empty() ? "(empty)" : *value;
    page.item(target, shown.empty() || remark.empty() ? shown + remark
                                                      : fmt::format("{} ({})", shown, remark));
  }
  page.item("inherited", about.inheritance);
}

void put_change(Page& page, const Entry& entry) {
  const std::string_view effect = effect_text(entry.effect);
  if (effect.empty() && entry.existing.empty() && entry.memory.empty()) {
    return;
  }
  page.heading("A change");
  page.item("takes effect", effect);
  page.item("existing", entry.existing);
  page.item("memory", entry.memory);
}

void put_advice(Page& page, const Entry& entry) {
  if (!entry.traps.empty()) {
    page.heading("Traps");
    for (const std::string_view trap : entry.traps) {
      page.bullet(trap);
    }
  }
  if (!entry.counters.empty()) {
    page.heading("Counters that tell that it matters");
    const std::vector<std::string> names(entry.counters.begin(), entry.counters.end());
    page.paragraph(join(names, ", "));
  }
}

void put_interactions(Page& page, const Explanation& about) {
  if (about.interactions.empty()) {
    return;
  }
  page.heading("Works together with");
  std::vector<std::string> plain;
  for (const Interaction& interaction : about.interactions) {
    if (interaction.why.empty()) {
      plain.push_back(interaction.other);
    } else {
      page.bullet(fmt::format("{}: {}.", interaction.other, interaction.why));
    }
  }
  page.bullet(join(plain, ", "));
}

void put_ways(Page& page, const Explanation& about) {
  if (about.ways.empty()) {
    return;
  }
  page.heading("How to set it");
  for (const Way& way : about.ways) {
    page.bullet(fmt::format("{}{} {}", way.title, way.works ? "." : ": no.", way.needs));
    page.literal(way.text);
  }
}

void put_recommendations(Page& page, const Explanation& about) {
  if (about.recommendations.empty()) {
    return;
  }
  page.heading("Recommended by profiles");
  for (const Recommendation& advice : about.recommendations) {
    page.item(advice.profile->name,
              fmt::format("{}{}: {}", advice.setting->value, advice.on_node ? " on the node" : "",
                          advice.setting->reason));
  }
}

}  // namespace

std::string explain_text(const Explanation& about, Table::Colours colours) {
  const KeyFacts& facts = about.facts;
  const Entry* const entry = facts.entry;
  Page page(colours);
  page.heading(facts.key.name());
  if (entry == nullptr) {
    page.paragraph("The catalogue does not describe it.");
  } else {
    page.paragraph(entry->meaning);
    if (!entry->folklore.empty()) {
      page.item("useless", entry->folklore, Colour::yellow);
      page.item("instead", entry->instead);
    }
  }
  put_value(page, facts);
  put_place(page, about);
  page.heading("Kubernetes");
  page.paragraph(about.kubernetes);
  if (entry != nullptr) {
    put_change(page, *entry);
  }
  put_interactions(page, about);
  if (entry != nullptr) {
    put_advice(page, *entry);
  }
  put_ways(page, about);
  put_recommendations(page, about);
  if (entry != nullptr) {
    page.heading("Source");
    page.paragraph(entry->source);
  }
  return page.text();
}

}  // namespace podsysctl::cli
