// SPDX-License-Identifier: Apache-2.0
#include "agent/review.h"

#include <algorithm>
#include <utility>

#include "agent/report.h"

namespace podsysctl::agent {
namespace {

bool holds(std::span<const std::string> list, const std::string& text) {
  return std::ranges::find(list, text) != list.end();
}

bool is_granted(const rules::Decision& decision, const std::string& key) {
  return std::ranges::any_of(decision.judged, [&key](const rules::Judged& judged) {
    return judged.fate == rules::Fate::granted && judged.setting.key.name() == key;
  });
}

std::string why_not_granted(const rules::Decision& decision, const std::string& key) {
  const auto judged = std::ranges::find_if(decision.judged, [&key](const rules::Judged& each) {
    return !each.verdict.is_allowed() && each.setting.key.name() == key;
  });
  return judged == decision.judged.end() ? "nobody asks for it any more" : text_of(judged->verdict);
}

}  // namespace

bool grants_any(const rules::Decision& decision) {
  return std::ranges::any_of(decision.judged, [](const rules::Judged& judged) {
    return judged.fate == rules::Fate::granted;
  });
}

std::vector<std::string> lapsed(const Given& before, const rules::Decision& decision,
                                std::span<const std::string> by_hand) {
  std::vector<std::string> keys;
  for (const auto* list : {&before.lapsed, &before.in_force}) {
    for (const std::string& key : *list) {
      if (!is_granted(decision, key) && !holds(by_hand, key) && !holds(keys, key)) {
        keys.push_back(key);
      }
    }
  }
  return keys;
}

std::vector<Notice> news(Given& given, const Given& before, const rules::Decision& decision) {
  std::vector<Notice> notices;
  for (const policy::Verdict& offence : decision.offences) {
    if (holds(given.lapsed, offence.name())) {
      continue;
    }
    std::string text = text_of(offence);
    if (!holds(before.told, text)) {
      notices.push_back({store::EventType::warning, offence.reason(), text});
    }
    given.told.push_back(std::move(text));
  }
  for (const std::string& key : given.lapsed) {
    if (!holds(before.lapsed, key)) {
      notices.push_back(
          {store::EventType::warning, std::string(kSysctlGrantEnded),
           fmt::format("{} is not granted any more: {}; its value stays until the pod ends, and is "
                       "not repaired when it drifts",
                       key, why_not_granted(decision, key))});
    }
  }
  return notices;
}

}  // namespace podsysctl::agent
