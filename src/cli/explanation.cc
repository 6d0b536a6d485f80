// SPDX-License-Identifier: Apache-2.0
#include "cli/explanation.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "base/strings.h"
#include "live/values.h"
#include "sysctl/constraint.h"
#include "sysctl/near_keys.h"

namespace podsysctl::cli {
namespace {

using sysctl::Captures;
using sysctl::Constraint;
using sysctl::Entry;
using sysctl::SysctlKey;

// The pattern with the captures that are known; the others stay in braces.
std::string fill_known(std::string_view pattern, const Captures& captures) {
  std::string out;
  for (const std::string_view part : split(pattern, '.')) {
    out += out.empty() ? "" : ".";
    const bool capture = part.starts_with('{');
    const auto known = std::ranges::find_if(captures, [&](const auto& pair) {
      return capture && pair.first == part.substr(1, part.size() - 2);
    });
    out += known == captures.end() ? part : known->second;
  }
  return out;
}

// net.ipv4.conf.*.b for an entry net.ipv4.conf.*.a and the key net.ipv4.conf.eth0.a:
// net.ipv4.conf.eth0.b.
std::string same_instance(std::string_view other, const Entry& entry, const SysctlKey& key) {
  const std::size_t star = entry.key.find('*');
  std::string out(other);
  if (star == std::string_view::npos || other.find('*') != star ||
      entry.key.substr(0, star) != other.substr(0, star)) {
    return out;
  }
  const std::size_t end = key.name().size() - (entry.key.size() - star - 1);
  return out.replace(star, 1, key.name().substr(star, end - star));
}

void add(std::vector<Interaction>& list, std::string other, std::string_view why) {
  const auto same = std::ranges::find(list, other, &Interaction::other);
  if (same == list.end()) {
    list.push_back({std::move(other), std::string(why)});
  } else if (same->why.empty()) {
    same->why = why;
  }
}

void add_constraint(std::vector<Interaction>& list, const Constraint& rule,
                    const std::string& name) {
  if (const auto captures = sysctl::match_pattern(rule.first, name)) {
    add(list, fill_known(rule.second, *captures), rule.why);
  } else if (const auto others = sysctl::match_pattern(rule.second, name)) {
    add(list, fill_known(rule.first, *others), rule.why);
  }
}

// A profile's setting is about the key itself, or about one of the family that was asked for.
bool is_about(const sysctl::ProfileSetting& setting, const KeyFacts& facts) {
  if (setting.key == facts.key.name()) {
    return true;
  }
  const auto key = SysctlKey::parse(setting.key);
  return facts.entry != nullptr && facts.key.name() == facts.entry->key && key &&
         sysctl::find_entry(*key) == facts.entry;
}

std::vector<Recommendation> recommendations_of(const KeyFacts& facts) {
  std::vector<Recommendation> list;
  for (const sysctl::Profile& profile : sysctl::profiles()) {
    for (const auto part : {profile.pod, profile.node}) {
      for (const sysctl::ProfileSetting& setting : part) {
        if (is_about(setting, facts)) {
          list.push_back({&profile, &setting, part.data() == profile.node.data()});
        }
      }
    }
  }
  return list;
}

// What the texts to copy show: what a profile asks for, else the default.
std::string example_value(const Explanation& page) {
  if (!page.recommendations.empty()) {
    return std::string(page.recommendations.front().setting->value);
  }
  const auto& known = page.facts.default_value;
  return known && !known->empty() ? *known : "VALUE";
}

std::unexpected<Error> unknown_key(const KernelFacts& kernel, const SysctlKey& key) {
  std::vector<std::string_view> probed;
  if (kernel.report) {
    for (const sysctl::ProbedKey& one : kernel.report->keys) {
      probed.emplace_back(one.key.name());
    }
  }
  const std::vector<std::string> near = sysctl::near_keys(key.name(), probed);
  std::string message =
      fmt::format("no kernel parameter {} is known: neither the catalogue nor Linux {} has it",
                  in_quotes(key.name()), kernel.release);
  if (!near.empty()) {
    message += "; did you mean " + join(near, ", ") + "?";
  }
  return Error::of(Code::not_found, "{}", message);
}

}  // namespace

std::vector<Interaction> interactions_of(const SysctlKey& key, const Entry* entry) {
  std::vector<Interaction> list;
  for (const Constraint& rule : sysctl::constraints()) {
    add_constraint(list, rule, key.name());
  }
  if (entry != nullptr) {
    for (const std::string_view other : entry->interacts) {
      add(list, same_instance(other, *entry, key), "");
    }
  }
  return list;
}

Result<Explanation> explain_key(const KernelFacts& kernel, const SysctlKey& key) {
  Explanation page{.kernel_release = kernel.release,
                   .source = kernel.source,
                   .facts = facts_of(kernel, key),
                   .host_value = live::value_here(key),
                   .target = {},
                   .interactions = {},
                   .recommendations = {},
                   .inheritance = {},
                   .kubernetes = {},
                   .ways = {}};
  KeyFacts& facts = page.facts;
  const bool has_it = facts.settability != sysctl::Settability::absent;
  if (facts.entry == nullptr && !has_it) {
    if (!page.host_value) {
      return unknown_key(kernel, key);
    }
    // Not in the catalogue, and no probe could be made: what its name says.
    facts.scope = scope_of(key);
    facts.settability = sysctl::Settability::node_only;
    facts.note = facts.scope == sysctl::Scope::node
                     ? ""
                     : "the catalogue does not have it; as root, the probe tells what a pod can do";
  }
  page.interactions = interactions_of(key, facts.entry);
  page.recommendations = recommendations_of(facts);
  page.inheritance = inheritance_of(facts);
  page.kubernetes = kubernetes_rule(facts);
  page.ways = ways_to_set(facts, example_value(page));
  return page;
}

}  // namespace podsysctl::cli
