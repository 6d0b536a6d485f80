// SPDX-License-Identifier: Apache-2.0
// Containers and commands of a container runtime in the foreground (engine/attached.h).
// Errors: those of cri/client.h and cri/remote_streams.h; unsupported for what the interface has no
// words for. Thread-safety: one per process, because of the signals.
#pragma once

#include <expected>
#include <functional>
#include <string>

#include "cri/client.h"
#include "engine/cri/runtime_containers.h"
#include "engine/engine.h"

namespace podsysctl::engine {

// From a container's end to the runtime's noticing; there is nothing to wait on meanwhile.
inline constexpr std::chrono::milliseconds kNoticeLimit{10'000};

struct ForegroundRuntime {
  cri::Client& client;
  RuntimeContainers& containers;
};

// Calls `start` and stays until the container's end: its exit code.
[[nodiscard]] std::expected<int, StartFailure> run_attached(
    const ForegroundRuntime& runtime, const ContainerRequest& request, const Streams& streams,
    const std::function<std::expected<RunningContainer, StartFailure>()>& start);

// The command's exit code. `id` is the runtime's.
[[nodiscard]] Result<int> exec_attached(cri::Client& client, const std::string& id,
                                        const ExecCommand& command);

}  // namespace podsysctl::engine
