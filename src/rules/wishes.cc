// SPDX-License-Identifier: Apache-2.0
#include "rules/wishes.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include <fmt/core.h>

#include "base/strings.h"
#include "policy/alpha_annotations.h"
#include "rules/conf_text.h"
#include "sysctl/profile.h"

namespace podsysctl::rules {
namespace {

using policy::Verdict;
using sysctl::Origin;
using sysctl::Setting;
using sysctl::SysctlKey;

constexpr std::string_view kInterface = "IFNAME";
// The reason of Kubernetes up to 1.10 for an annotation that does not parse.
constexpr std::string_view kInvalidAnnotation = "InvalidSysctlAnnotation";

const std::string* annotation(const PodFacts& pod, std::string_view key) {
  const auto found = pod.annotations.find(key);
  return found == pod.annotations.end() ? nullptr : &found->second;
}

Verdict unreadable(std::string_view key, std::string_view why, std::string hint) {
  return Verdict::forbidden(std::string(key), kInvalidAnnotation,
                            fmt::format("invalid {} annotation: {}", key, why), std::move(hint));
}

void add_conf(const PodFacts& pod, WishGroup& group, Wishes& wishes) {
  const std::string* const text = annotation(pod, kConfAnnotation);
  if (text == nullptr) {
    return;
  }
  auto settings = parse_conf_text(*text);
  if (!settings) {
    wishes.offences.push_back(unreadable(kConfAnnotation, settings.error().message,
                                         "write one key = value a line, as in /etc/sysctl.conf"));
    return;
  }
  for (Setting& setting : *settings) {
    group.wishes.emplace_back(std::move(setting), Source::annotation);
  }
}

Result<std::vector<Setting>> alpha_settings(std::string_view key, std::string_view text) {
  PSYS_TRY_ASSIGN(const auto entries, policy::parse_sysctls_annotation(text));
  if (entries.size() > kMostSettings) {
    return Error::of(Code::invalid_argument, "at most {} sysctls are taken", kMostSettings);
  }
  std::vector<Setting> settings;
  for (const policy::AnnotatedSysctl& entry : entries) {
    PSYS_TRY_ASSIGN(SysctlKey name, SysctlKey::parse(entry.name));
    Origin origin{Origin::Kind::annotation, std::string(key), 1, entry.offset + 1};
    settings.emplace_back(std::move(name), entry.value, std::move(origin), entry.name);
  }
  return settings;
}

void add_alpha(const PodFacts& pod, std::string_view key, const Sources& honoured, WishGroup& group,
               Wishes& wishes) {
  const std::string* const text = annotation(pod, key);
  if (text == nullptr || text->empty()) {
    return;
  }
  if (!honoured.has(Source::alpha_annotation)) {
    wishes.notices.push_back(
        fmt::format("the annotation {} is ignored, as Kubernetes 1.11 and later do: move it to "
                    "spec.securityContext.sysctls, or add {} to spec.sources of a SysctlPolicy",
                    key, to_string(Source::alpha_annotation)));
    return;
  }
  auto settings = alpha_settings(key, *text);
  if (!settings) {
    wishes.offences.push_back(unreadable(
        key, settings.error().message,
        "write name=value pairs with ',' between them, or use spec.securityContext.sysctls"));
    return;
  }
  for (Setting& setting : *settings) {
    group.wishes.emplace_back(std::move(setting), Source::alpha_annotation);
  }
}

WishGroup group_of(Level level, const SysctlProfile& profile) {
  WishGroup group{level, profile.name, {}};
  for (const Setting& setting : profile.settings) {
    group.wishes.emplace_back(setting, Source::profile);
    if (level == Level::selected_profile) {
      group.wishes.back().setting.origin.kind = Origin::Kind::selected_profile;
    }
  }
  return group;
}

// A profile that podsysctl brings along: its keys and values are checked when it is built.
WishGroup group_of(const sysctl::Profile& profile) {
  WishGroup group{Level::named_profile, std::string(profile.name), {}};
  Origin origin;
  origin.kind = Origin::Kind::profile;
  origin.source = fmt::format("built-in profile {}", profile.name);
  for (const sysctl::ProfileSetting& each : profile.pod) {
    if (auto key = SysctlKey::parse(each.key)) {
      Setting setting{*std::move(key), std::string(each.value), origin, ""};
      group.wishes.emplace_back(std::move(setting), Source::profile);
    }
  }
  return group;
}

std::string near_profile(std::string_view name, const PolicySet& set) {
  constexpr std::size_t kLongestGuessed = 64;
  std::string best;
  std::size_t fewest = std::max<std::size_t>(2, name.size() / 3) + 1;
  const auto consider = [&](std::string_view candidate) {
    const std::size_t edits = edit_distance(name, candidate);
    if (edits < fewest) {
      fewest = edits;
      best = candidate;
    }
  };
  if (name.size() <= kLongestGuessed) {
    std::ranges::for_each(set.profiles, consider, &SysctlProfile::name);
    std::ranges::for_each(sysctl::profiles(), consider, &sysctl::Profile::name);
  }
  return best.empty() ? "podsysctl policy show lists the profiles"
                      : fmt::format("did you mean {}?", best);
}

void add_named(const PodFacts& pod, const PolicySet& set, Wishes& wishes) {
  const std::string* const text = annotation(pod, kProfileAnnotation);
  const std::string_view name = text == nullptr ? "" : trim(*text);
  if (name.empty()) {
    return;
  }
  if (const SysctlProfile* const profile = set.find_profile(name)) {
    wishes.groups.push_back(group_of(Level::named_profile, *profile));
  } else if (const sysctl::Profile* const built_in = sysctl::find_profile(name)) {
    wishes.groups.push_back(group_of(*built_in));
  } else {
    wishes.offences.push_back(unreadable(kProfileAnnotation,
                                         fmt::format("there is no profile {}", in_quotes(name)),
                                         near_profile(name, set)));
  }
}

void add_selected(const PodFacts& pod, const PolicySet& set, Wishes& wishes) {
  for (const SysctlProfile& profile : set.profiles) {
    const Answer answer = profile.match ? match(*profile.match, pod).answer : Answer::no;
    wishes.any_unknown = wishes.any_unknown || answer == Answer::unknown;
    if (answer == Answer::yes) {
      wishes.groups.push_back(group_of(Level::selected_profile, profile));
    }
  }
}

// The key with the interface where it says IFNAME, before anybody judges it.
Result<SysctlKey> with_interface(const SysctlKey& key, const std::string& interface) {
  std::string path;
  for (const std::string& part : key.components()) {
    path += (path.empty() ? "" : "/") + (part == kInterface ? interface : part);
  }
  return SysctlKey::from_path(path);
}

void fill_in_interface(const PodFacts& pod, Wishes& wishes) {
  if (pod.interface.empty()) {
    return;
  }
  for (WishGroup& group : wishes.groups) {
    for (Wish& wish : group.wishes) {
      if (!wish.setting.key.name().contains(kInterface)) {
        continue;
      }
      if (auto key = with_interface(wish.setting.key, pod.interface)) {
        wish.setting.key = *std::move(key);
        wish.setting.spelling.clear();
      }
    }
  }
}

}  // namespace

Wishes wishes_of(const PodFacts& pod, const PolicySet& set, const NodeFacts& node,
                 const Sources& honoured) {
  Wishes wishes;
  WishGroup own;
  for (const Setting& setting : pod.field) {
    own.wishes.emplace_back(setting, Source::field);
  }
  add_conf(pod, own, wishes);
  add_alpha(pod, policy::kSysctlsAnnotation, honoured, own, wishes);
  add_alpha(pod, policy::kUnsafeSysctlsAnnotation, honoured, own, wishes);
  wishes.groups.push_back(std::move(own));
  add_named(pod, set, wishes);
  if (honoured.has(Source::profile)) {
    add_selected(pod, set, wishes);
  }
  WishGroup defaults{Level::node_default, "", {}};
  for (const Setting& setting : node.defaults) {
    defaults.wishes.emplace_back(setting, Source::field);
  }
  wishes.groups.push_back(std::move(defaults));
  fill_in_interface(pod, wishes);
  return wishes;
}

}  // namespace podsysctl::rules
