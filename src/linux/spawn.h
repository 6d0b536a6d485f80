// SPDX-License-Identifier: Apache-2.0
// Starting other programs (runtimes, monitors, CNI plugins, skopeo). Nothing is given to a shell.
// A program that cannot be started is an error of start(), with its name and the errno.
// Thread-safety: may be called from any thread; the child gets default signals and an empty mask.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "linux/fd.h"
#include "linux/namespaces.h"

namespace podsysctl::linux {

struct Command {
  std::string program;                          // an absolute path, or a name looked up in $PATH
  std::vector<std::string> args;                // without argv[0]
  std::optional<std::vector<std::string>> env;  // "K=V"; unset: ours
  std::string working_dir;                      // "": ours

  FdRef stdin_fd;                                // invalid: /dev/null
  FdRef stdout_fd;                               // invalid: /dev/null
  FdRef stderr_fd;                               // invalid: ours
  std::vector<std::pair<FdRef, int>> extra_fds;  // ours -> the number that the child sees (>= 3)

  const Namespace* mount_namespace = nullptr;  // joined before exec
  std::vector<std::string> unmount;  // in a mount namespace of the child's own, before exec
  int death_signal = 0;              // sent to the child when the thread that started it ends
  bool new_session = false;          // setsid()
  bool own_process_group = false;    // setpgid(0, 0): a terminal's ^C does not reach it
};

// The path of a program in $PATH or among the system folders that a user's $PATH may lack
// (/usr/sbin, /sbin, /usr/local/sbin); not_found otherwise.
[[nodiscard]] Result<std::string> find_program(const std::string& name);

// Starts it and returns its pid. The caller waits for it (linux/process.h).
[[nodiscard]] Result<pid_t> start(const Command& command);

// This process becomes that program (execve(2)), with what is open and not close-on-exec. Returns
// where it cannot. `program` is a path.
[[nodiscard]] Result<> become(const std::string& program, const std::vector<std::string>& args);

struct Finished {
  int status = 0;  // exit code, or 128 + signal
  std::string out;
  std::string err;
};

// Starts it with `input` on its standard input, gathers both outputs (each at most `output_limit`
// bytes, the rest is dropped) and waits. Killed and `timeout` after `limit`.
[[nodiscard]] Result<Finished> run(Command command, std::string_view input,
                                   std::chrono::milliseconds limit,
                                   std::size_t output_limit = std::size_t{1} << 20U);

}  // namespace podsysctl::linux
