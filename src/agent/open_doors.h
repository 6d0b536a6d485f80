// SPDX-License-Identifier: Apache-2.0
// The doors that an agent's options ask for. None of them waits for its runtime yet. Errors:
// invalid_argument where there is none; those of a connection that was handed over.
// Thread-safety: one thread.
#pragma once

#include <memory>
#include <vector>

#include "agent/door.h"
#include "agent/pod_keeper.h"
#include "agent/service.h"

namespace podsysctl::agent {

[[nodiscard]] Result<std::vector<std::unique_ptr<Door>>> open_doors(
    const Options& options, const nri::Environment& environment, PodKeeper& keeper,
    const Clock& clock, Log& log);

}  // namespace podsysctl::agent
