// SPDX-License-Identifier: Apache-2.0
// The OCI runtime program (runc, crun or one that takes their command line): which one, and its
// commands. All are started in the sandbox's mount namespace, where the container's root is
// mounted. A runtime that fails speaks through `--log FILE --log-format json`; its own text is
// passed on whole, with what we know in front. The file is read only after a failure.
// Thread-safety: an OciRuntime may be used from any thread.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "engine/embedded/cgroup.h"
#include "engine/embedded/identity.h"
#include "engine/start_failure.h"
#include "linux/fd.h"
#include "linux/namespaces.h"
#include "linux/spawn.h"

namespace podsysctl::engine {

enum class RuntimeKind : std::uint8_t { runc, crun, other };

struct RuntimeChoice {
  std::string path;  // absolute
  RuntimeKind kind = RuntimeKind::other;
  std::vector<std::string> unmount;    // mounts that it must not see
  std::vector<std::string> arguments;  // before every subcommand
};
// `wanted` is a name or path, "" for the first that works here. Decided from files alone; no
// container is started. The rules stand in runtime_choice.cc. not_found names what to install.
[[nodiscard]] Result<RuntimeChoice> choose_runtime(const std::string& wanted,
                                                   const CgroupLayout& layout);

// From the runtime's own words.
[[nodiscard]] StartFailure classify_start_failure(std::string_view runtime_name,
                                                  std::string_view runtime_text);

struct Stdio {
  linux::FdRef in;  // invalid: /dev/null
  linux::FdRef out;
  linux::FdRef err;
};

// A runtime process in the foreground: a child of ours that the caller waits for by finish().
struct ForegroundRun {
  pid_t pid = 0;
  std::string log_file;
  std::string process_file;  // of exec; "" otherwise
};
struct RunEnd {
  int exit_code = 0;  // of the container, 128 + signal; of `failure` if that is set
  std::optional<StartFailure> failure;  // the runtime could not start it
};

struct RunRequest {
  std::string id;
  std::string bundle;          // folder with config.json; the runtime's log is written there too
  std::string pid_file;        // "": none. Written by the runtime before the command runs.
  Stdio stdio;                 // with tty: true in config.json all three are one terminal
  std::string console_socket;  // where a terminal is sent instead (own_terminal.h); "": nowhere
  int death_signal = 0;
  bool own_process_group = false;
};

struct ExecRequest {
  std::string id;
  std::string bundle;
  std::vector<std::string> command;
  std::vector<std::string> env;  // "K=V", after the container's own
  std::string working_dir;       // "": the container's
  std::optional<Identity> user;  // unset: the container's
  bool tty = false;
  Stdio stdio;
  std::string console_socket;  // as for RunRequest
};

struct ContainerState {
  std::string status;  // created, running, stopped
  pid_t pid = 0;       // 0 where it is not running
};

class OciRuntime {
 public:
  // `state_dir` is the runtime's --root. `mounts`, the sandbox's mount namespace, must outlive this
  // object; null: ours.
  OciRuntime(RuntimeChoice choice, std::string state_dir, const linux::Namespace* mounts);

  [[nodiscard]] const RuntimeChoice& choice() const noexcept { return choice_; }
  [[nodiscard]] const std::string& state_dir() const noexcept { return state_dir_; }

  [[nodiscard]] Result<ForegroundRun> run(const RunRequest& request) const;
  [[nodiscard]] Result<ForegroundRun> exec(const ExecRequest& request) const;
  // Waits for the child. A container's own exit code and a failing runtime are told apart.
  [[nodiscard]] Result<RunEnd> finish(const ForegroundRun& run) const;

  // Of a container that a monitor created (monitor.h). 126 and 127 come to light at create with
  // runc, and at create or start with crun.
  [[nodiscard]] std::expected<void, StartFailure> start(const std::string& id) const;
  // To the container's first process. One that has ended, or is not there, is success.
  [[nodiscard]] Result<> kill(const std::string& id, int signal) const;
  // Kills what still runs and removes the runtime's record and cgroup; not there is success.
  [[nodiscard]] Result<> remove(const std::string& id) const;
  // not_found if the runtime knows no such container.
  [[nodiscard]] Result<ContainerState> state(const std::string& id) const;

  // The runtime's command line up to its subcommand, for a monitor: {"--root", dir, …}.
  [[nodiscard]] std::vector<std::string> global_arguments(const std::string& log_file) const;
  // A command that starts the runtime, or another program in its place, with its surroundings.
  [[nodiscard]] linux::Command command(std::string program, std::vector<std::string> args) const;

 private:
  [[nodiscard]] Result<linux::Finished> call(const std::vector<std::string>& args) const;

  RuntimeChoice choice_;
  std::string state_dir_;
  const linux::Namespace* mounts_;
};

// The text of the last error line of a runtime's JSON log; "" if there is none.
[[nodiscard]] std::string error_of_runtime_log(std::string_view log);

}  // namespace podsysctl::engine
