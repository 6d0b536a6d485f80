// SPDX-License-Identifier: Apache-2.0
#include "engine/docker/foreground.h"

#include <algorithm>

#include "base/strings.h"
#include "engine/docker/attached.h"
#include "engine/docker/names.h"
#include "engine/embedded/runtime.h"
#include "linux/file.h"

namespace podsysctl::engine {
namespace {

using docker::Daemon;

constexpr std::chrono::milliseconds kNoLimit{-1};

std::unexpected<StartFailure> failed(Error error) {
  return std::unexpected(StartFailure{std::move(error)});
}

Terminal terminal_of(bool tty, docker::Stdin in) {
  if (!tty) {
    return Terminal::none;
  }
  return in == docker::Stdin::yes ? Terminal::typed_into : Terminal::shown;
}

}  // namespace

StartFailure start_failure_of(const Error& error) {
  if (error.code == Code::timeout || error.sys_errno != 0) {
    return {error};
  }
  StartFailure failure = classify_start_failure("docker", error.message);
  failure.error.code = failure.exit_code == 125 ? error.code : failure.error.code;
  return failure;
}

std::expected<int, StartFailure> run_attached(
    Daemon& daemon, const ContainerRequest& request, const Streams& streams,
    const std::function<std::optional<StartFailure>()>& start) {
  const bool interactive = request.container.open_stdin && streams.in.valid();
  const auto in = interactive ? docker::Stdin::yes : docker::Stdin::no;
  Result<AttachedSession> session =
      AttachedSession::begin(streams.in, terminal_of(request.container.tty, in));
  if (!session) {
    return failed(std::move(session).error());
  }
  const std::string id = docker_id(request);
  const auto stream = daemon.attach(id, in);
  if (!stream) {
    return failed(stream.error());
  }
  if (std::optional<StartFailure> failure = start()) {
    return std::unexpected(*std::move(failure));
  }
  const Result<> served = session->serve(
      {.stream = **stream,
       .streams = {interactive ? streams.in : linux::FdRef(), streams.out, streams.err},
       .terminal = request.container.tty ? streams.in : linux::FdRef(),
       .on_signal = [&](int signal) { return daemon.kill(id, signal); },
       .on_resize = [&](const auto& size) { return daemon.resize(id, size.rows, size.columns); }});
  if (!served) {
    return failed(served.error());
  }
  const Result<int> code = daemon.wait(id, kNoLimit);
  return code ? std::expected<int, StartFailure>(*code) : failed(code.error());
}

Result<int> exec_attached(Daemon& daemon, const std::string& id, const ExecCommand& command) {
  const auto in = command.streams.in.valid() ? docker::Stdin::yes : docker::Stdin::no;
  PSYS_TRY_ASSIGN(AttachedSession session,
                  AttachedSession::begin(command.streams.in, terminal_of(command.tty, in)));
  const docker::ExecSpec spec{.command = command.command,
                              .env = command.env,
                              .user = command.user,
                              .working_dir = command.working_dir,
                              .tty = command.tty,
                              .attach_stdin = command.streams.in.valid()};
  PSYS_TRY_ASSIGN(const std::string exec_id, daemon.create_exec(id, spec));
  PSYS_TRY_ASSIGN(const auto stream, daemon.start_exec(exec_id, spec));
  std::string refusal;
  PSYS_TRY(session.serve(
      {.stream = *stream,
       .streams = command.streams,
       .terminal = command.tty ? command.streams.in : linux::FdRef(),
       .refusal_mark = "OCI runtime exec failed: ",
       .refusal = &refusal,
       // Docker has no call for it: the command goes on, as it does with docker exec.
       .on_signal = [&](int signal) -> Result<> {
         return Error::of(Code::unavailable,
                          "ended by signal {}; the command goes on in the container", signal);
       },
       .on_resize =
           [&](const auto& size) {
             return daemon.resize_exec(exec_id, size.rows, size.columns);
           }}));
  PSYS_TRY_ASSIGN(const docker::ExecState state, daemon.inspect_exec(exec_id));
  const std::int64_t code = std::clamp<std::int64_t>(state.exit_code.value_or(125), 0, 255);
  if (!refusal.empty() && (code == 126 || code == 127)) {
    return std::unexpected(Error{Code::unavailable, 0, std::string(trim(refusal))});
  }
  // The command itself spoke so.
  PSYS_TRY(linux::write_all(command.streams.out, refusal, "output"));
  return static_cast<int>(code);
}

}  // namespace podsysctl::engine
