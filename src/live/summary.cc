// SPDX-License-Identifier: Apache-2.0
#include "live/summary.h"

#include <vector>

#include <fmt/core.h>

#include "base/strings.h"

namespace podsysctl::live {

std::string summary_of(const sysctl::Application& application) {
  std::vector<std::string> parts;
  parts.reserve(application.settings.size());
  for (const sysctl::AppliedSetting& applied : application.settings) {
    parts.push_back(
        applied.state == sysctl::ApplyState::unchanged
            ? fmt::format("{} = {} (already)", applied.setting.key.name(), applied.effective)
            : fmt::format("{} = {}{}", applied.setting.key.name(), applied.effective,
                          applied.previous.empty() ? "" : " (was " + applied.previous + ")"));
  }
  return join(parts, ", ");
}

}  // namespace podsysctl::live
