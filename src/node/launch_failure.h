// SPDX-License-Identifier: Apache-2.0
// Why a pod was not launched: the reason and message of its record, its event and the command; and
// what has to be noted and taken back then. What the kernel or a runtime refused is told in the
// words of the verdict that would have come before, where there is one.
// Thread-safety: as Store.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "engine/start_failure.h"
#include "node/node.h"
#include "pod/spec.h"
#include "policy/admission.h"

namespace podsysctl::node {

// What a refused or failed launch ends with.
struct LaunchFailure {
  std::string reason;                      // "SysctlForbidden"
  std::string message;                     // of the first offender
  std::vector<policy::Verdict> offenders;  // of a rejection; all of them
  int exit_code = 125;                     // as docker run
  std::string uid;                         // of the pod's record; "" where there is none
};

[[nodiscard]] LaunchFailure failure_of(std::string_view reason, const Error& error);

// The kernel refused a write of ours.
[[nodiscard]] LaunchFailure sysctls_failed(const Node& node,
                                           const std::vector<sysctl::Setting>& settings,
                                           const Error& error);

// The engine did not make the sandbox; a setting that its runtime was handed may be why.
[[nodiscard]] LaunchFailure sandbox_failed(const EngineNode& node,
                                           const std::vector<sysctl::Setting>& settings,
                                           const Error& error);

// A container did not start; of one that is its own sandbox, a setting may be why.
[[nodiscard]] LaunchFailure start_failed(const EngineNode& node, const store::PodRecord& pod,
                                         const pod::PodSpec& spec,
                                         const engine::StartFailure& failure);

// Takes a pod down that the rules reject, and notes why.
[[nodiscard]] LaunchFailure refuse(const Node& node, const store::PodRecord& pod,
                                   const pod::PodSpec& spec, policy::Rejection rejection);

// The same for one that could not be launched.
[[nodiscard]] LaunchFailure give_up(const Node& node, const store::PodRecord& pod,
                                    LaunchFailure failure);

}  // namespace podsysctl::node
