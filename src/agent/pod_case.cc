// SPDX-License-Identifier: Apache-2.0
#include "agent/pod_case.h"

#include <algorithm>

#include "agent/review.h"

namespace podsysctl::agent {

using rules::OnForbidden;

bool PodCase::refuses() const {
  return is_start() && decision->on_forbidden == OnForbidden::reject;
}

bool PodCase::is_about_nothing() const {
  return decision->offences.empty() && !grants_any(*decision) && given.lapsed.empty();
}

std::vector<sysctl::Setting> PodCase::wanted() const {
  std::vector<sysctl::Setting> settings = decision->settings();
  std::erase_if(settings, [this](const sysctl::Setting& setting) {
    return std::ranges::find(by_hand, setting.key.name()) != by_hand.end();
  });
  return settings;
}

std::vector<std::string> PodCase::keys() const {
  std::vector<std::string> keys;
  keys.reserve(application.settings.size());
  for (const sysctl::AppliedSetting& applied : application.settings) {
    keys.push_back(applied.setting.key.name());
  }
  return keys;
}

bool PodCase::any_written() const {
  return std::ranges::any_of(application.settings, [](const auto& applied) {
    return applied.state == sysctl::ApplyState::applied;
  });
}

Outcome PodCase::outcome() const {
  if (!decision->offences.empty() && decision->on_forbidden != OnForbidden::warn) {
    return Outcome::degraded;
  }
  if (!any_written()) {
    return Outcome::unchanged;
  }
  return occasion == Occasion::review ? Outcome::repaired : Outcome::applied;
}

}  // namespace podsysctl::agent
