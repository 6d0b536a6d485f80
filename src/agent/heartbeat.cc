// SPDX-License-Identifier: Apache-2.0
#include "agent/heartbeat.h"

namespace podsysctl::agent {

using std::chrono::milliseconds;

void Heartbeat::ready(std::string_view status) { told(manager_.ready(status)); }

void Heartbeat::reloading() { told(manager_.reloading()); }

void Heartbeat::stopping() { told(manager_.stopping()); }

milliseconds Heartbeat::beat(Steady::time_point now) {
  const std::optional<milliseconds> interval = manager_.alive_interval();
  if (!interval) {
    return milliseconds(-1);
  }
  if (!due_ || *due_ <= now) {
    told(manager_.alive());
    due_ = now + *interval;
  }
  return std::chrono::ceil<milliseconds>(*due_ - now);
}

void Heartbeat::told(const Result<>& done) {
  const std::string failure = done ? "" : done.error().message;
  if (!failure.empty() && failure != last_failure_) {
    log_.say(LogLevel::warning, fmt::format("the service manager is not told: {}", failure));
  }
  last_failure_ = failure;
}

}  // namespace podsysctl::agent
