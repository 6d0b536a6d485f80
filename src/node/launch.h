// SPDX-License-Identifier: Apache-2.0
// Launch: from a PodSpec to running containers, in this order: record, verdicts, images, sandbox
// (namespaces, network), sysctls, init containers, containers. A step that fails takes everything
// back but the record, which says why. Each step is recorded before its first effect.
// Errors: those of the steps, after taking back. Thread-safety: as Store.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "base/result.h"
#include "enforce/judge.h"
#include "node/containers.h"
#include "node/launch_failure.h"
#include "node/node.h"
#include "sandbox/network.h"

namespace podsysctl::node {

// Where a static pod comes from.
struct Source {
  std::string path;      // of the manifest
  std::string hash;      // of its text
  std::string manifest;  // the text
};

// Whether settings may change the containers that are joined.
enum class ChangeJoined : std::uint8_t { no, yes };

struct LaunchOptions {
  enforce::Door door = enforce::Door::manifest;
  sandbox::NetworkMode network = sandbox::NetworkMode::bridge;
  engine::JoinedContainers joined;  // for an engine that can; the host's namespaces come first
  ChangeJoined change_joined = ChangeJoined::no;
  store::Attachment attachment = store::Attachment::detached;
  store::AfterExit after_exit = store::AfterExit::keep_record;
  std::string runtime_handler;      // SandboxRequest::runtime_handler
  std::optional<image::Pull> pull;  // --pull; unset: each container's imagePullPolicy
  std::optional<Source> source;     // of a pod of the node service
};

// A pod whose sandbox is up and whose init containers have completed.
struct LaunchedPod {
  store::PodRecord pod;
  std::vector<PlannedContainer> containers;   // regular ones, not started yet
  std::chrono::microseconds sysctls_took{0};  // to plan, write and read back
};

// `spec` gets what is known only then: the pod's uid and address in its containers' environment.
// The result points into it.
[[nodiscard]] std::expected<LaunchedPod, LaunchFailure> launch(const EngineNode& node,
                                                               pod::PodSpec& spec,
                                                               const policy::Allowlist& allowlist,
                                                               const LaunchOptions& options);

// Starts the regular containers of a launched pod so that they go on without us.
[[nodiscard]] std::expected<std::vector<store::ContainerRecord>, LaunchFailure> start_all(
    const EngineNode& node, const LaunchedPod& launched, const pod::PodSpec& spec);

// The same, and the pod counts as started from here on; on failure it is taken down.
[[nodiscard]] std::expected<std::vector<store::ContainerRecord>, LaunchFailure> start_for_good(
    const EngineNode& node, const LaunchedPod& launched, const pod::PodSpec& spec);
[[nodiscard]] Result<> note_running(const Node& node, const std::string& uid);

}  // namespace podsysctl::node
