// SPDX-License-Identifier: Apache-2.0
// What the runtime is told of a pod. Our own ids are in its labels, so that what a killed command
// left can be found again. Errors: unsupported for what the interface cannot express.
// Thread-safety: reads the host's resolv.conf; no shared state.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "base/result.h"
#include "cri/types.h"
#include "engine/engine.h"

namespace podsysctl::engine {

inline constexpr std::string_view kSandboxLabel = "podsysctl.io/sandbox-id";
inline constexpr std::string_view kContainerLabel = "podsysctl.io/container-id";

// <pod's folder>/logs
[[nodiscard]] std::string log_folder_of(const PodPlace& place);

[[nodiscard]] cri::NamespaceOptions namespaces_of(const pod::PodSpec& pod);

// `sandbox_id` is ours. Without sysctls, ports and DNS, which only the sandbox's making needs.
[[nodiscard]] cri::SandboxConfig base_config(const PodPlace& place, const pod::PodSpec& pod,
                                             const std::string& sandbox_id);

[[nodiscard]] Result<cri::SandboxConfig> sandbox_config(const SandboxRequest& request);

}  // namespace podsysctl::engine
