// SPDX-License-Identifier: Apache-2.0
// A look at a pod whose containers were started: ends are noted, what is due is started again.
// Thread-safety: as Store.
#pragma once

#include <cstdint>

#include "base/result.h"
#include "linux/process.h"
#include "node/node.h"
#include "service/metrics.h"
#include "service/pod_memory.h"

namespace podsysctl::service {

enum class Attended : std::uint8_t {
  goes_on,       // outcome: what to wait for
  is_over,       // no container runs, none will
  lost_sandbox,  // its namespaces' holder is gone, and the pod is to go on
};

// `service` becomes the pod's owner.
[[nodiscard]] Result<Attended> attend_pod(const node::Node& node, const linux::ProcessId& service,
                                          const store::PodRecord& pod, Metrics& metrics,
                                          Outcome& outcome);

}  // namespace podsysctl::service
