// SPDX-License-Identifier: Apache-2.0
// A pod's sandbox by its engine, each step of it on record before its first effect.
// Errors: those of the engine and the store; the caller takes back what the record has.
// Thread-safety: as Store.
#pragma once

#include "base/result.h"
#include "node/launch.h"
#include "node/node.h"
#include "pod/spec.h"

namespace podsysctl::node {

// `spec` gets what is known only now (pod/runtime_facts.h).
[[nodiscard]] Result<> make_sandbox(const EngineNode& node, const store::PodRecord& pod,
                                    pod::PodSpec& spec, const LaunchOptions& options);

}  // namespace podsysctl::node
