// SPDX-License-Identifier: Apache-2.0
// A round over the settings of all pods that run: are they in force as they were asked for? Each
// change is told once, by an event, and repaired if that is wanted. Errors: those of the store; a
// pod that cannot be looked at or repaired is told of through the reporter and leaves the others.
// Thread-safety: as Store.
#pragma once

#include <chrono>

#include "base/result.h"
#include "live/drift_watch.h"
#include "node/node.h"
#include "service/metrics.h"

namespace podsysctl::service {

struct DriftCare {
  live::OnDrift on_drift = live::OnDrift::report;
  std::chrono::seconds interval = live::kDefaultDriftInterval;
};

[[nodiscard]] Result<> check_drift(live::DriftWatch& watch, const node::Node& node,
                                   const DriftCare& care, Metrics& metrics);

}  // namespace podsysctl::service
