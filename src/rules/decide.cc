// SPDX-License-Identifier: Apache-2.0
#include "rules/decide.h"

#include <algorithm>
#include <utility>

#include <fmt/core.h>

#include "base/strings.h"
#include "rules/grant.h"
#include "rules/wishes.h"
#include "sysctl/plan.h"

namespace podsysctl::rules {
namespace {

using policy::Verdict;
using sysctl::Setting;

constexpr std::string_view kSysctlInvalid = "SysctlInvalid";

class Decider {
 public:
  explicit Decider(Grants grants) : grants_(std::move(grants)) {
    out_.on_forbidden = grants_.on_forbidden();
    out_.on_drift = grants_.on_drift();
    out_.unknown_matches = grants_.any_unknown();
  }

  void take(Wishes wishes) {
    std::ranges::move(wishes.offences, std::back_inserter(out_.offences));
    std::ranges::move(wishes.notices, std::back_inserter(out_.notices));
    out_.unknown_matches = out_.unknown_matches || wishes.any_unknown;
    for (WishGroup& group : wishes.groups) {
      take_group(std::move(group));
    }
  }

  Decision result() && { return std::move(out_); }

 private:
  void take_group(WishGroup group) {
    const std::size_t first = out_.judged.size();
    for (Wish& wish : group.wishes) {
      out_.judged.push_back(judge(std::move(wish), group));
    }
    give_up_where_pairs_break(first);
    if (group.level == Level::pod || group.level == Level::named_profile) {
      for (std::size_t i = first; i < out_.judged.size(); ++i) {
        if (out_.judged[i].fate == Fate::forbidden) {
          out_.offences.push_back(out_.judged[i].verdict);
        }
      }
    }
  }

  [[nodiscard]] Judged judge(Wish wish, const WishGroup& group) const {
    const Fate refused = group.level == Level::pod || group.level == Level::named_profile
                             ? Fate::forbidden
                             : Fate::left_out;
    if (const Judged* const other = holder_of(wish.setting.key)) {
      return overridden(std::move(wish), group, *other, refused);
    }
    Verdict verdict = group.level == Level::node_default ? grants_.judge_default(wish.setting)
                                                         : grants_.judge(wish.setting, wish.source);
    const Fate fate = verdict.is_allowed() ? Fate::granted : refused;
    return {std::move(wish.setting), group.level, group.profile, fate, std::move(verdict)};
  }

  // Two wishes of the pod itself with two values: nobody can say which one is meant.
  [[nodiscard]] static Judged overridden(Wish wish, const WishGroup& group, const Judged& other,
                                         Fate refused) {
    const bool clash = group.level == Level::pod && other.level == Level::pod &&
                       other.setting.value != wish.setting.value;
    std::string name = wish.setting.key.name();
    const std::string place = describe(other.setting.origin);
    Verdict verdict = clash ? Verdict::forbidden(name, kSysctlInvalid,
                                                 fmt::format("{} is asked for as {} and as {}",
                                                             name, in_quotes(other.setting.value),
                                                             in_quotes(wish.setting.value)),
                                                 fmt::format("keep one: it stands in {} and in {}",
                                                             place, describe(wish.setting.origin)))
                            : Verdict::allowed(name, fmt::format("overridden by {}", place));
    return {std::move(wish.setting), group.level, group.profile, clash ? refused : Fate::overridden,
            std::move(verdict)};
  }

  [[nodiscard]] const Judged* holder_of(const sysctl::SysctlKey& key) const {
    const auto found = std::ranges::find_if(out_.judged, [&key](const Judged& judged) {
      return judged.fate == Fate::granted && judged.setting.key == key;
    });
    return found == out_.judged.end() ? nullptr : &*found;
  }

  // Values that are fine alone may not be so together: then the later group gives way, as a whole.
  void give_up_where_pairs_break(std::size_t first) {
    const auto is_granted = [](const Judged& judged) { return judged.fate == Fate::granted; };
    const auto begin = out_.judged.begin() + static_cast<std::ptrdiff_t>(first);
    if (std::none_of(begin, out_.judged.end(), is_granted)) {
      return;
    }
    const Result<> together = sysctl::check_satisfiable(out_.settings());
    if (together) {
      return;
    }
    for (auto judged = begin; judged != out_.judged.end(); ++judged) {
      if (is_granted(*judged)) {
        const bool asked = judged->level == Level::pod || judged->level == Level::named_profile;
        judged->fate = asked ? Fate::forbidden : Fate::left_out;
        judged->verdict =
            Verdict::forbidden(judged->setting.key.name(), kSysctlInvalid, together.error().message,
                               "no order of writes can satisfy both: change one of the values");
      }
    }
  }

  Decision out_;
  Grants grants_;
};

}  // namespace

std::string_view to_string(Level level) noexcept {
  switch (level) {
    case Level::pod:
      return "pod";
    case Level::named_profile:
      return "named-profile";
    case Level::selected_profile:
      return "selected-profile";
    case Level::node_default:
      break;
  }
  return "node-default";
}

std::string_view to_string(Fate fate) noexcept {
  switch (fate) {
    case Fate::granted:
      return "granted";
    case Fate::forbidden:
      return "forbidden";
    case Fate::left_out:
      return "left-out";
    case Fate::overridden:
      break;
  }
  return "overridden";
}

std::vector<Setting> Decision::settings() const {
  std::vector<Setting> settings;
  for (const Judged& each : judged) {
    if (each.fate == Fate::granted) {
      settings.push_back(each.setting);
    }
  }
  return settings;
}

std::optional<policy::Rejection> Decision::rejection(policy::KubernetesVersion version) const {
  return on_forbidden == OnForbidden::reject ? policy::rejection_of(offences, version)
                                             : std::nullopt;
}

Decision decide(const PodFacts& pod, const PolicySet& set, const NodeFacts& node) {
  Grants grants = Grants::for_pod(pod, set, node);
  Wishes wishes = wishes_of(pod, set, node, grants.sources());
  Decider decider(std::move(grants));
  decider.take(std::move(wishes));
  return std::move(decider).result();
}

}  // namespace podsysctl::rules
