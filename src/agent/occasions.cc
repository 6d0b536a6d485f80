// SPDX-License-Identifier: Apache-2.0
#include "agent/occasions.h"

#include <fmt/core.h>

#include "agent/report.h"
#include "live/summary.h"

namespace podsysctl::agent {

using store::EventType;

Notice notice_of(const sysctl::Application& application, Occasion occasion,
                 const std::string& late) {
  const std::string summary = live::summary_of(application);
  switch (occasion) {
    case Occasion::review:
      return {EventType::warning, std::string(kSysctlsRepaired),
              fmt::format("{}; {}", summary, late)};
    case Occasion::policy_changed:
      return {EventType::normal, std::string(kSysctlsApplied),
              fmt::format("the policies changed: {}; {}", summary, late)};
    case Occasion::follow:
      return {EventType::normal, std::string(kSysctlsApplied),
              fmt::format("{}; it came after the pod's start: {}", summary, late)};
    case Occasion::start:
      break;
  }
  return {EventType::normal, std::string(kSysctlsApplied), summary};
}

std::string_view audit_reason(Occasion occasion) {
  switch (occasion) {
    case Occasion::review:
      return "the agent finds the pod without them";
    case Occasion::follow:
      return "the runtime does not wait for the agent";
    case Occasion::start:
    case Occasion::policy_changed:
      break;
  }
  return "the policies changed";
}

}  // namespace podsysctl::agent
