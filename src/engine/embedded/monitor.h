// SPDX-License-Identifier: Apache-2.0
// conmon(8), which stays with a detached container: it starts `runtime create`, writes the CRI log,
// reaps the container and leaves its exit code in a file. It belongs to no process of ours once
// create_monitored() has returned. Sources: conmon 2.1's options, its sync pipe ({"pid": N} or
// {"pid": -1, "message": …} on the descriptor that _OCI_SYNCPIPE names).
// Thread-safety: no shared state.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "engine/embedded/runtime.h"
#include "linux/process.h"

namespace podsysctl::engine {

struct MonitorRequest {
  std::string id;
  std::string name;      // of the container; for conmon's messages
  std::string bundle;    // folder with config.json; conmon's pid file and sockets go there too
  std::string log_file;  // CRI format
  std::string exit_dir;  // the exit code is written to exit_dir/<id>
  bool tty = false;
  bool stdin_open = false;
};

struct MonitoredContainer {
  linux::ProcessId monitor;
  linux::ProcessId container;  // created, not yet started
};

// not_found if conmon is not installed. A runtime that refuses is a StartFailure.
[[nodiscard]] std::expected<MonitoredContainer, StartFailure> create_monitored(
    const OciRuntime& runtime, const MonitorRequest& request);

// The container's exit code as conmon wrote it (128 + signal for a killed one); nothing while it
// runs.
[[nodiscard]] Result<std::optional<int>> read_exit_code(const std::string& exit_dir,
                                                        const std::string& id);

// The same, as long as somebody is there to write it: not_found where a container ended and its
// monitor left none.
[[nodiscard]] Result<std::optional<int>> exit_code_of(const std::string& exit_dir,
                                                      const std::string& id,
                                                      const MonitoredContainer& processes);

// How a container is to end; `process` is its own.
struct Ending {
  linux::ProcessId process;
  linux::ProcessId monitor;
  int signal = 0;
};
// To each its signal, then SIGKILL after `grace`; returns once the monitors have noted the codes.
[[nodiscard]] Result<> end_monitored(const std::vector<Ending>& endings,
                                     std::chrono::milliseconds grace);

// Of a container that is gone.
[[nodiscard]] Result<> end_monitor(const linux::ProcessId& monitor);

}  // namespace podsysctl::engine
