// SPDX-License-Identifier: Apache-2.0
#include "engine/embedded/runtime.h"

#include <filesystem>

#include <nlohmann/json.hpp>

#include "base/strings.h"
#include "json/cursor.h"
#include "linux/file.h"
#include "linux/process.h"

namespace podsysctl::engine {
namespace {

constexpr std::chrono::seconds kPatience{60};

void append(std::vector<std::string>& to, const std::vector<std::string>& more) {
  to.insert(to.end(), more.begin(), more.end());
}

// Files of a run that has ended; one that is left behind goes with the bundle.
void discard(const std::string& path) {
  if (!path.empty()) {
    std::error_code ignored;
    std::filesystem::remove(path, ignored);
  }
}

// What it printed: its last JSON error, else all of it.
std::string words_of(const linux::Finished& finished) {
  const std::string error = error_of_runtime_log(finished.err);
  return error.empty() ? std::string(trim(finished.err)) : error;
}

std::unexpected<Error> refused(const RuntimeChoice& choice, std::string_view verb,
                               std::string_view id, const linux::Finished& finished) {
  return Error::of(Code::unavailable, "{} {} {}: {} (exit code {})", choice.path, verb, id,
                   words_of(finished), finished.status);
}

}  // namespace

OciRuntime::OciRuntime(RuntimeChoice choice, std::string state_dir, const linux::Namespace* mounts)
    : choice_(std::move(choice)), state_dir_(std::move(state_dir)), mounts_(mounts) {}

std::vector<std::string> OciRuntime::global_arguments(const std::string& log_file) const {
  std::vector<std::string> arguments{"--root", state_dir_, "--log-format", "json"};
  if (!log_file.empty()) {
    append(arguments, {"--log", log_file});
  }
  append(arguments, choice_.arguments);
  return arguments;
}

linux::Command OciRuntime::command(std::string program, std::vector<std::string> args) const {
  linux::Command command;
  command.program = std::move(program);
  command.args = std::move(args);
  command.mount_namespace = mounts_;
  if (mounts_ == nullptr) {
    command.unmount = choice_.unmount;  // a sandbox has been made without them
  }
  return command;
}

Result<linux::Finished> OciRuntime::call(const std::vector<std::string>& args) const {
  std::vector<std::string> all = global_arguments("");
  append(all, args);
  return linux::run(command(choice_.path, std::move(all)), "", kPatience);
}

Result<ForegroundRun> OciRuntime::run(const RunRequest& request) const {
  ForegroundRun run;
  run.log_file = request.bundle + "/runtime.log";
  discard(run.log_file);  // runtimes append
  std::vector<std::string> args = global_arguments(run.log_file);
  append(args, {"run", "--bundle", request.bundle});
  if (!request.pid_file.empty()) {
    append(args, {"--pid-file", request.pid_file});
  }
  if (!request.console_socket.empty()) {
    append(args, {"--console-socket", request.console_socket});
  }
  args.push_back(request.id);
  linux::Command child = command(choice_.path, std::move(args));
  child.stdin_fd = request.stdio.in;
  child.stdout_fd = request.stdio.out;
  child.stderr_fd = request.stdio.err;
  child.death_signal = request.death_signal;
  child.own_process_group = request.own_process_group;
  PSYS_TRY_ASSIGN(run.pid, linux::start(child));
  return run;
}

Result<RunEnd> OciRuntime::finish(const ForegroundRun& run) const {
  PSYS_TRY_ASSIGN(const int status, linux::wait_for_child(run.pid));
  RunEnd end{status, std::nullopt};
  if (status != 0) {
    const auto log = linux::read_file(run.log_file);
    const std::string error = log ? error_of_runtime_log(*log) : "";
    if (!error.empty()) {
      end.failure = classify_start_failure(choice_.path, error);
      end.exit_code = end.failure->exit_code;
    }
  }
  discard(run.log_file);
  discard(run.process_file);
  return end;
}

std::expected<void, StartFailure> OciRuntime::start(const std::string& id) const {
  const auto finished = call({"start", id});
  if (!finished) {
    return std::unexpected(StartFailure{finished.error()});
  }
  if (finished->status != 0) {
    return std::unexpected(classify_start_failure(choice_.path, words_of(*finished)));
  }
  return {};
}

Result<> OciRuntime::kill(const std::string& id, int signal) const {
  PSYS_TRY_ASSIGN(const linux::Finished finished, call({"kill", id, std::to_string(signal)}));
  if (finished.status == 0) {
    return {};
  }
  // Each runtime words "it has ended already" in its own way; its state says so plainly.
  const auto now = state(id);
  if ((!now && now.error().code == Code::not_found) || (now && now->status == "stopped")) {
    return {};
  }
  return refused(choice_, "kill", id, finished);
}

Result<> OciRuntime::remove(const std::string& id) const {
  if (!std::filesystem::exists(state_dir_ + "/" + id)) {
    return {};
  }
  PSYS_TRY_ASSIGN(const linux::Finished finished, call({"delete", "--force", id}));
  if (finished.status != 0 && std::filesystem::exists(state_dir_ + "/" + id)) {
    return refused(choice_, "delete", id, finished);
  }
  return {};
}

Result<ContainerState> OciRuntime::state(const std::string& id) const {
  if (!std::filesystem::exists(state_dir_ + "/" + id)) {
    return Error::of(Code::not_found, "{} knows no container {}", choice_.path, id);
  }
  PSYS_TRY_ASSIGN(const linux::Finished finished, call({"state", id}));
  if (finished.status != 0) {
    if (!std::filesystem::exists(state_dir_ + "/" + id)) {
      return Error::of(Code::not_found, "{} knows no container {}", choice_.path, id);
    }
    return refused(choice_, "state", id, finished);
  }
  const std::string name = fmt::format("{} state {}", choice_.path, id);
  PSYS_TRY_ASSIGN(const json::Value tree, json::parse(finished.out, name));
  const json::Cursor answer(tree, name);
  ContainerState state;
  PSYS_TRY_ASSIGN(state.status, answer.string_at("status"));
  PSYS_TRY_ASSIGN(const std::int64_t pid, answer.int_or("pid", 0));
  state.pid = state.status == "stopped" ? 0 : static_cast<pid_t>(pid);
  return state;
}

}  // namespace podsysctl::engine
