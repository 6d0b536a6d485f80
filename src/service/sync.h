// SPDX-License-Identifier: Apache-2.0
// Sync: brings one static pod to what its file says, from whatever state its record and the machine
// are in. Safe to be killed at any point and to be called again: nothing is concluded but from the
// record, the file and what runs.
// Errors: what could not be done; the outcome says when to try again. Thread-safety: one pod is
// synced by one thread at a time; as Store.
#pragma once

#include <string>

#include "base/result.h"
#include "linux/process.h"
#include "node/node.h"
#include "sandbox/network.h"
#include "service/metrics.h"
#include "service/pod_memory.h"

namespace podsysctl::service {

// How pods are made on this node, and by whom.
struct Making {
  linux::ProcessId service;  // the owner of what it makes and adopts
  std::string engine;
  std::string runtime;
  sandbox::NetworkMode network = sandbox::NetworkMode::bridge;
  std::string authfile;  // credentials of registries; "": the usual places
};

struct Synced {
  Outcome outcome;
  Result<> done;
};

[[nodiscard]] Synced sync_pod(const node::Node& node, const Making& making, const Task& task,
                              Metrics& metrics);

// What a sync ends with that could not begin.
[[nodiscard]] Synced not_synced(const Task& task, const Error& error);

}  // namespace podsysctl::service
