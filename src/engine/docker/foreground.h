// SPDX-License-Identifier: Apache-2.0
// Containers and commands of Docker's in the foreground (engine/attached.h), and what
// docker's failures to start one mean. Thread-safety: one per process, because of the signals.
#pragma once

#include <expected>
#include <functional>
#include <optional>
#include <string>

#include "docker/daemon.h"
#include "engine/engine.h"

namespace podsysctl::engine {

// With the exit code that docker's own command would end with.
[[nodiscard]] StartFailure start_failure_of(const Error& error);

// Attaches, calls `start`, and stays until the container's end: its exit code.
[[nodiscard]] std::expected<int, StartFailure> run_attached(
    docker::Daemon& daemon, const ContainerRequest& request, const Streams& streams,
    const std::function<std::optional<StartFailure>()>& start);

// The command's exit code.
[[nodiscard]] Result<int> exec_attached(docker::Daemon& daemon, const std::string& id,
                                        const ExecCommand& command);

}  // namespace podsysctl::engine
