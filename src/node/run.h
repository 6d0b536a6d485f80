// SPDX-License-Identifier: Apache-2.0
// Run: launch a pod and, in the foreground, stay with it. What `podsysctl run` does.
// Thread-safety: one per process, because of the signals.
#pragma once

#include <string>

#include "base/result.h"
#include "engine/engine.h"
#include "node/launch.h"

namespace podsysctl::node {

struct RunResult {
  std::string uid;
  int exit_code = 0;  // 0 for a detached pod
};

// `streams` are the caller's, for the foreground.
[[nodiscard]] std::expected<RunResult, LaunchFailure> run(const EngineNode& node, pod::PodSpec spec,
                                                          const policy::Allowlist& allowlist,
                                                          const LaunchOptions& options,
                                                          const engine::Streams& streams);

}  // namespace podsysctl::node
