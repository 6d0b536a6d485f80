// SPDX-License-Identifier: Apache-2.0
// A container's terminal, or that of a command in one, that we hold ourselves: the runtime sends
// its near end over a socket (--console-socket). crun that copies by itself (1.8) drops what a
// container says last now and then, and gives the terminal no size at the start. Not for runc,
// which lends a terminal to detached containers alone.
// Errors: as OciRuntime's; invalid_argument where standard input is no terminal. Thread-safety: one
// at a time per process, because of the signals.
#pragma once

#include <functional>
#include <string>

#include "engine/embedded/runtime.h"
#include "engine/engine.h"

namespace podsysctl::engine {

struct OwnTerminal {
  std::string socket;  // a path for it, at most 107 bytes
  Streams streams;     // `in` is the caller's terminal
  // Starts the runtime, which is to connect to the socket.
  std::function<Result<ForegroundRun>(const Stdio& stdio)> start;
  std::function<Result<>(int signal)> on_signal;
};

// Until the container has ended and all that it said is shown.
[[nodiscard]] Result<RunEnd> run_on_own_terminal(const OciRuntime& runtime,
                                                 const OwnTerminal& terminal);

}  // namespace podsysctl::engine
