// SPDX-License-Identifier: Apache-2.0
// 308, 309: values that depend on each other, by the constraint table. The defaults that the
// kubelet adds to every pod count as well.
#include <algorithm>
#include <string>
#include <vector>

#include <fmt/core.h>

#include "check/subject.h"
#include "sysctl/plan_order.h"

namespace podsysctl::check {
namespace {

using sysctl::ConstraintKind;
using sysctl::RelatedPair;
using sysctl::Setting;

// In a fresh namespace, where the catalogue knows it; else what is wished, which asks for no order.
std::vector<std::string> values_before(const std::vector<Setting>& settings) {
  std::vector<std::string> values;
  for (const Setting& setting : settings) {
    const sysctl::Entry* const entry = sysctl::find_entry(setting.key);
    values.emplace_back(entry != nullptr && entry->default_value ? *entry->default_value
                                                                 : std::string_view(setting.value));
  }
  return values;
}

class PairCheck {
 public:
  PairCheck(const Subject& subject, UniqueSettings unique)
      : subject_(subject), unique_(std::move(unique)), own_(unique_.settings.size()) {
    const auto& defaults = subject.context.default_sysctls;
    if (defaults) {
      // user.* has no part in any rule between keys.
      for (Setting& setting : defaults->for_pod(subject.workload.host, policy::NamespaceMode::host,
                                                unique_.settings)) {
        unique_.settings.push_back(std::move(setting));
      }
    }
  }

  void run() {
    const sysctl::Relations relations = sysctl::relations_among(unique_.settings);
    const std::vector<std::string> before = values_before(unique_.settings);
    for (const RelatedPair& pair : relations.pairs) {
      if (pair.first >= own_ && pair.second >= own_) {
        continue;
      }
      if (const Result<> holds = sysctl::check_pair(pair, unique_.settings); !holds) {
        subject_.sink.add(Rule::unsatisfiable, subject_.value_place(later_of(pair)),
                          holds.error().message, "change one of the two values");
      } else if (!of_agent(pair.first) && !of_agent(pair.second)) {
        check_order(pair, before);
      }
    }
  }

 private:
  bool of_agent(std::size_t index) const {
    return index < own_ && subject_.wishes[unique_.indices[index]].is_for_agent();
  }

  // The one further down in the manifest.
  const Wish& later_of(const RelatedPair& pair) const {
    std::size_t later = 0;
    for (const std::size_t index : {pair.first, pair.second}) {
      if (index < own_) {
        later = std::max(later, unique_.indices[index]);
      }
    }
    return subject_.wishes[later];
  }

  void check_order(const RelatedPair& pair, const std::vector<std::string>& before) {
    const std::vector<sysctl::Edge> edges = sysctl::edges_of({&pair, 1}, unique_.settings, before);
    if (edges.empty()) {
      return;
    }
    const Setting& first = unique_.settings[edges.front().before];
    const Setting& second = unique_.settings[edges.front().after];
    const bool loud = pair.constraint->kind == ConstraintKind::ordered;
    subject_.sink.add(
        Rule::order_dependent, subject_.value_place(later_of(pair)),
        fmt::format(
            "{} must be written before {}: {}; containerd, CRI-O and Docker write in random "
            "order, and the other way round {}",
            first.key.name(), second.key.name(), pair.constraint->why,
            loud ? "the kernel refuses and the pod does not start"
                 : "a value is lost without a word"),
        "keep one of the two, or read the values back in the running pod");
  }

  const Subject& subject_;
  UniqueSettings unique_;
  std::size_t own_;
};

}  // namespace

void check_pairs(Subject& subject) {
  const auto related = [](const Wish& wish) { return wish.facts->related; };
  const auto count = std::ranges::count_if(subject.wishes, related);
  if (count == 0 || (count == 1 && !subject.context.default_sysctls)) {
    return;
  }
  PairCheck(subject, unique_settings(subject)).run();
}

}  // namespace podsysctl::check
