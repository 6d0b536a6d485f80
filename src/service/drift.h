// SPDX-License-Identifier: Apache-2.0
// A round over the settings of all pods that run: are they in force as they were asked for? Each
// change is told once, by an event, and repaired if that is wanted. Errors: those of the store; a
// pod that cannot be looked at or repaired is told of through the reporter and leaves the others.
// Thread-safety: as Store.
#pragma once

#include "base/result.h"
#include "node/node.h"
#include "service/config.h"
#include "service/metrics.h"

namespace podsysctl::service {

[[nodiscard]] Result<> check_drift(const node::Node& node, OnDrift on_drift, Metrics& metrics);

}  // namespace podsysctl::service
