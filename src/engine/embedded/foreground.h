// SPDX-License-Identifier: Apache-2.0
// Containers and commands in the foreground: the OCI runtime is our child, its output is passed on
// and, for a container, written to its CRI log on the way. Signals sent to us are passed on to it;
// the third asks for its end with SIGKILL. With a terminal nothing is logged; runc serves it by
// itself, for crun we do (own_terminal.h). Thread-safety: one at a time per process, because of the
// signals.
#pragma once

#include <expected>

#include "base/clock.h"
#include "engine/embedded/bundle.h"
#include "engine/embedded/runtime.h"
#include "engine/engine.h"

namespace podsysctl::engine {

// The container's exit code, 128 + signal.
[[nodiscard]] std::expected<int, StartFailure> run_in_foreground(const OciRuntime& runtime,
                                                                 const ContainerRequest& request,
                                                                 const PodFolders& folders,
                                                                 const Streams& streams,
                                                                 const Clock& clock);

[[nodiscard]] std::expected<int, StartFailure> exec_in_foreground(const OciRuntime& runtime,
                                                                  const ContainerRef& container,
                                                                  const PodFolders& folders,
                                                                  const ExecCommand& command,
                                                                  const linux::Namespace& mounts);

}  // namespace podsysctl::engine
