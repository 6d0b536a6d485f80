// SPDX-License-Identifier: Apache-2.0
// The commands on pods that exist, once their flags are read: logs, exec, stop, rm. Each returns
// the exit code. Thread-safety: one per process.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace podsysctl::cli {

struct LogsFlags {
  std::string pod;
  std::string container;  // -c; "": the only one, or all with their names in front
  std::optional<std::size_t> tail;
  std::string since;  // RFC 3339
  bool follow = false;
  bool timestamps = false;
};
[[nodiscard]] int show_logs(const LogsFlags& flags, const std::string& root);

struct ExecFlags {
  std::string pod;
  std::string container;  // -c; "": the first
  std::vector<std::string> command;
  std::vector<std::string> env;
  std::string working_dir;
  std::string user;
  bool interactive = false;
  bool tty = false;
};
// As docker exec: the command's exit code; 125, 126, 127 when it could not be started.
[[nodiscard]] int exec_in_pod(const ExecFlags& flags, const std::string& root);

// Ends the containers (each with its stop signal, SIGKILL after `grace`) and the sandbox; the
// record stays. Without `grace` the pod's own counts.
[[nodiscard]] int stop_pods(const std::vector<std::string>& pods,
                            std::optional<std::chrono::seconds> grace, const std::string& root);

enum class Force { no, yes };
// Removes the record, logs and folder; a pod that still runs only with Force::yes.
[[nodiscard]] int remove_pods(const std::vector<std::string>& pods, Force force,
                              const std::string& root);

}  // namespace podsysctl::cli
