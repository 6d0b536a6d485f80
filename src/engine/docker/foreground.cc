// SPDX-License-Identifier: Apache-2.0
#include "engine/docker/foreground.h"

#include <algorithm>

#include "base/strings.h"
#include "engine/attached.h"
#include "engine/docker/docker_peer.h"
#include "engine/docker/names.h"
#include "engine/embedded/runtime.h"

namespace podsysctl::engine {
namespace {

using docker::Daemon;

constexpr std::chrono::milliseconds kNoLimit{-1};

std::unexpected<StartFailure> failed(Error error) {
  return std::unexpected(StartFailure{std::move(error)});
}

DockerPeer::Form form_of(bool tty) {
  return tty ? DockerPeer::Form::raw : DockerPeer::Form::framed;
}

docker::Stdin stdin_of(linux::FdRef in) {
  return in.valid() ? docker::Stdin::yes : docker::Stdin::no;
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
  const linux::FdRef in = request.container.open_stdin ? streams.in : linux::FdRef();
  const bool tty = request.container.tty;
  Result<AttachedSession> session = AttachedSession::begin(streams.in, terminal_of(tty, in));
  if (!session) {
    return failed(std::move(session).error());
  }
  const std::string id = docker_id(request);
  auto stream = daemon.attach(id, stdin_of(in));
  if (!stream) {
    return failed(stream.error());
  }
  if (std::optional<StartFailure> failure = start()) {
    return std::unexpected(*std::move(failure));
  }
  DockerPeer peer(*std::move(stream), form_of(tty));
  const Result<> served = session->serve(
      {.peer = peer,
       .streams = {in, streams.out, streams.err},
       .terminal = tty ? streams.in : linux::FdRef(),
       .on_signal = [&](int signal) { return daemon.kill(id, signal); },
       .on_resize = [&](const auto& size) { return daemon.resize(id, size.rows, size.columns); }});
  if (!served) {
    return failed(served.error());
  }
  const Result<int> code = daemon.wait(id, kNoLimit);
  return code ? std::expected<int, StartFailure>(*code) : failed(code.error());
}

Result<int> exec_attached(Daemon& daemon, const std::string& id, const ExecCommand& command) {
  const linux::FdRef in = command.streams.in;
  PSYS_TRY_ASSIGN(AttachedSession session,
                  AttachedSession::begin(in, terminal_of(command.tty, in)));
  const docker::ExecSpec spec{.command = command.command,
                              .env = command.env,
                              .user = command.user,
                              .working_dir = command.working_dir,
                              .tty = command.tty,
                              .attach_stdin = in.valid()};
  PSYS_TRY_ASSIGN(const std::string exec_id, daemon.create_exec(id, spec));
  PSYS_TRY_ASSIGN(auto stream, daemon.start_exec(exec_id, spec));
  DockerPeer peer(std::move(stream), form_of(command.tty), "OCI runtime exec failed: ");
  PSYS_TRY(session.serve(
      {.peer = peer,
       .streams = command.streams,
       .terminal = command.tty ? in : linux::FdRef(),
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
  const std::string& refusal = peer.refusal();
  if (!refusal.empty() && (code == 126 || code == 127)) {
    return std::unexpected(Error{Code::unavailable, 0, std::string(trim(refusal))});
  }
  // The command itself spoke so.
  show_in(command.streams, Output::out, refusal);
  return static_cast<int>(code);
}

}  // namespace podsysctl::engine
