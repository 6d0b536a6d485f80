// SPDX-License-Identifier: Apache-2.0
#include "engine/embedded/monitor.h"

#include <filesystem>

#include <nlohmann/json.hpp>

#include "base/strings.h"
#include "json/cursor.h"
#include "linux/file.h"
#include "linux/read_line.h"
#include "linux/spawn.h"

namespace podsysctl::engine {
namespace {

constexpr int kSyncNumber = 3;
constexpr int kStartNumber = 4;

struct Pipes {
  linux::Pipe sync;   // conmon tells the container's pid
  linux::Pipe start;  // conmon waits for us before it starts the runtime
};

std::vector<std::string> conmon_arguments(const OciRuntime& runtime,
                                          const MonitorRequest& request) {
  std::vector<std::string> args{"--cid",
                                request.id,
                                "--cuuid",
                                request.id,
                                "--name",
                                request.name,
                                "--runtime",
                                runtime.choice().path,
                                "--bundle",
                                request.bundle,
                                "--container-pidfile",
                                request.bundle + "/container.pid",
                                "--conmon-pidfile",
                                request.bundle + "/conmon.pid",
                                "--log-path",
                                "k8s-file:" + request.log_file,
                                "--exit-dir",
                                request.exit_dir,
                                "--persist-dir",
                                request.bundle,
                                "--log-level",
                                "error",
                                "--full-attach"};
  for (const std::string& argument : runtime.global_arguments(request.bundle + "/runtime.log")) {
    args.emplace_back("--runtime-arg");
    args.push_back(argument);
  }
  if (request.tty) {
    args.emplace_back("--terminal");
  }
  if (request.stdin_open) {
    args.emplace_back("--stdin");
  }
  return args;
}

// A container that is made anew in the same bundle leaves nothing of the former one to be read.
void discard_former(const MonitorRequest& request) {
  std::error_code ignored;
  for (const char* const name : {"container.pid", "conmon.pid", "runtime.log", "oom", "exit"}) {
    std::filesystem::remove(std::filesystem::path(request.bundle) / name, ignored);
  }
  std::filesystem::remove(std::filesystem::path(request.exit_dir) / request.id, ignored);
}

Result<linux::Command> monitor_command(const OciRuntime& runtime, const MonitorRequest& request,
                                       const Pipes& pipes) {
  auto program = linux::find_program("conmon");
  if (!program) {
    return Error::of(Code::not_found,
                     "conmon is not installed, which watches over detached containers "
                     "(apt-get install conmon)");
  }
  linux::Command command = runtime.command(*std::move(program), conmon_arguments(runtime, request));
  command.env = std::vector<std::string>{
      "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
      fmt::format("_OCI_SYNCPIPE={}", kSyncNumber), fmt::format("_OCI_STARTPIPE={}", kStartNumber)};
  command.working_dir = request.bundle;
  command.new_session = true;
  command.extra_fds = {{pipes.sync.write_end.ref(), kSyncNumber},
                       {pipes.start.read_end.ref(), kStartNumber}};
  return command;
}

struct SyncAnswer {
  std::int64_t pid = -1;
  std::string message;
};

// One line of JSON; conmon keeps the pipe open. "data" is the pid in conmon's newer wording.
Result<SyncAnswer> read_answer(const linux::Pipe& sync) {
  PSYS_TRY_ASSIGN(const std::string line, linux::read_line(sync.read_end.ref(), "conmon's answer"));
  SyncAnswer answer;
  if (trim(line).empty()) {
    return answer;
  }
  PSYS_TRY_ASSIGN(const json::Value tree, json::parse(line, "conmon's answer"));
  const json::Cursor cursor(tree, "conmon's answer");
  PSYS_TRY_ASSIGN(answer.pid, cursor.int_or("pid", -1));
  if (answer.pid < 0) {
    PSYS_TRY_ASSIGN(answer.pid, cursor.int_or("data", -1));
  }
  PSYS_TRY_ASSIGN(answer.message, cursor.string_or("message", ""));
  return answer;
}

std::string reason(const MonitorRequest& request, const SyncAnswer& answer) {
  if (const auto log = linux::read_file(request.bundle + "/runtime.log")) {
    if (std::string error = error_of_runtime_log(*log); !error.empty()) {
      return error;
    }
  }
  if (std::string error = error_of_runtime_log(answer.message); !error.empty()) {
    return error;
  }
  return answer.message;
}

struct Started {
  SyncAnswer answer;
  linux::ProcessId monitor;
};

Result<Started> start_monitor(const OciRuntime& runtime, const MonitorRequest& request) {
  PSYS_TRY(linux::make_directories(request.exit_dir, 0700));
  discard_former(request);
  Pipes pipes;
  PSYS_TRY_ASSIGN(pipes.sync, linux::make_pipe());
  PSYS_TRY_ASSIGN(pipes.start, linux::make_pipe());
  PSYS_TRY_ASSIGN(const linux::Command command, monitor_command(runtime, request, pipes));
  PSYS_TRY_ASSIGN(const pid_t child, linux::start(command));
  pipes.sync.write_end.close();
  pipes.start.read_end.close();
  // It may have failed already; then its answer says more than the broken pipe.
  [[maybe_unused]] const auto told =
      linux::write_all(pipes.start.write_end.ref(), std::string_view("\0", 1), "conmon");
  pipes.start.write_end.close();
  // conmon forks and goes on as its own grandchild.
  PSYS_TRY_ASSIGN(const int status, linux::wait_for_child(child));
  if (status != 0) {
    return Error::of(Code::unavailable, "conmon ended at once with exit code {}", status);
  }
  Started started;
  if (const auto text = linux::read_file(request.bundle + "/conmon.pid")) {
    if (const auto pid = parse_number<pid_t>(trim(*text))) {
      if (const auto id = linux::identify(*pid)) {
        started.monitor = *id;
      }
    }
  }
  PSYS_TRY_ASSIGN(started.answer, read_answer(pipes.sync));
  return started;
}

}  // namespace

std::expected<MonitoredContainer, StartFailure> create_monitored(const OciRuntime& runtime,
                                                                 const MonitorRequest& request) {
  const auto started = start_monitor(runtime, request);
  if (!started) {
    return std::unexpected(StartFailure{started.error()});
  }
  if (started->answer.pid <= 0) {
    return std::unexpected(
        classify_start_failure(runtime.choice().path, reason(request, started->answer)));
  }
  const auto container = linux::identify(static_cast<pid_t>(started->answer.pid));
  if (!container) {
    return std::unexpected(StartFailure{container.error()});
  }
  return MonitoredContainer{started->monitor, *container};
}

Result<std::optional<int>> read_exit_code(const std::string& exit_dir, const std::string& id) {
  const std::string path = exit_dir + "/" + id;
  const auto text = linux::read_file(path, 64);
  if (!text) {
    if (text.error().code == Code::not_found) {
      return std::optional<int>();
    }
    return std::unexpected(text.error());
  }
  const auto code = parse_number<int>(trim(*text));
  if (!code) {
    return Error::of(Code::internal, "{} holds no exit code: {}", path, in_quotes(*text));
  }
  return code;
}

Result<std::optional<int>> exit_code_of(const std::string& exit_dir, const std::string& id,
                                        const MonitoredContainer& processes) {
  PSYS_TRY_ASSIGN(const std::optional<int> code, read_exit_code(exit_dir, id));
  if (code || linux::is_alive(processes.monitor)) {
    return code;
  }
  // The monitor writes the code before it ends: look once more now that it is gone.
  PSYS_TRY_ASSIGN(const std::optional<int> late, read_exit_code(exit_dir, id));
  if (!late && !linux::is_alive(processes.container)) {
    return Error::of(Code::not_found, "container {} ended and its monitor left no exit code",
                     id.substr(0, 12));
  }
  return late;
}

}  // namespace podsysctl::engine
