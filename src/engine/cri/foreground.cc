// SPDX-License-Identifier: Apache-2.0
#include "engine/cri/foreground.h"

#include <utility>

#include "engine/attached.h"
#include "engine/cri/log_peer.h"
#include "engine/cri/remote_peer.h"
#include "linux/process.h"

namespace podsysctl::engine {
namespace {

Result<cri::RemoteStreams> attach(cri::Client& client, const std::string& id,
                                  const cri::StreamSet& wanted) {
  PSYS_TRY_ASSIGN(const std::string url, client.attach_url(id, wanted));
  return cri::RemoteStreams::open(url, wanted);
}

Result<> check_exec(const ExecCommand& command) {
  const auto refuse = [](std::string_view flag, std::string_view instead) {
    return Error::of(Code::unsupported,
                     "exec {}: the engine cri cannot do it, since the interface of container "
                     "runtimes knows a command and nothing else; {}",
                     flag, instead);
  };
  if (!command.env.empty()) {
    return refuse("-e", "where the image has env, put `env NAME=VALUE` before the command");
  }
  if (!command.working_dir.empty()) {
    return refuse("-w", "where the image has a shell: sh -c 'cd FOLDER && exec COMMAND'");
  }
  if (!command.user.empty()) {
    return refuse("-u", "where the image has su, put it before the command");
  }
  return {};
}

// A raw terminal goes down a line without going back to its beginning.
std::string for_raw_terminal(std::string_view text) {
  std::string out;
  for (const char c : text) {
    out += c == '\n' ? "\r" : "";
    out += c;
  }
  return out;
}

// One container with its streams.
class Attendance {
 public:
  Attendance(AttachedSession& session, LogPeer& log, const Streams& streams,
             const RunningContainer& running)
      : session_(session), log_(log), streams_(streams), process_(running.process) {}

  // With a terminal. What was said before the runtime attached us stands in the log.
  Result<> serve_terminal(cri::RemoteStreams remote, linux::FdRef in) {
    PSYS_TRY(log_.pump([this](Output output, std::string_view text) {
      show_in(streams_, output, for_raw_terminal(text));
    }));
    PSYS_TRY(remote.begin());
    RemotePeer peer(std::move(remote));
    PSYS_TRY(session_.serve(attached(peer, in, streams_.in, [&peer](const auto& size) {
      return peer.streams().resize(size.rows, size.columns);
    })));
    PSYS_TRY(log_.pump([](Output, std::string_view) {}));
    if (peer.streams().exit_code()) {
      log_.mute();  // all has been shown; it may run on without a terminal
    }
    // Else the runtime has let go of us (it was started again): what is said from now on is logged.
    return serve_log({}, {});
  }

  Result<> serve_log(std::optional<cri::RemoteStreams> remote, linux::FdRef in) {
    log_.follow(process_, std::move(remote));
    return session_.serve(attached(log_, in, {}, [](const auto&) { return Result<>{}; }));
  }

  Result<> show_rest() {
    return log_.pump(
        [this](Output output, std::string_view text) { show_in(streams_, output, text); });
  }

 private:
  Attached attached(Peer& peer, linux::FdRef in, linux::FdRef terminal,
                    std::function<Result<>(const linux::WindowSize&)> on_resize) const {
    return {.peer = peer,
            .streams = {in, streams_.out, streams_.err},
            .terminal = terminal,
            .on_signal = [this](int signal) { return linux::send_signal(process_, signal); },
            .on_resize = std::move(on_resize)};
  }

  AttachedSession& session_;
  LogPeer& log_;
  const Streams& streams_;
  linux::ProcessId process_;
};

Result<int> attend(const ForegroundRuntime& runtime, const ContainerRequest& request,
                   const RunningContainer& running, Attendance& attendance, linux::FdRef in) {
  const bool tty = request.container.tty;
  std::optional<cri::RemoteStreams> remote;
  if (tty || in.valid()) {
    Result<cri::RemoteStreams> attached =
        attach(runtime.client, request.runtime_id, {.in = in.valid(), .out = tty, .terminal = tty});
    // One that has ended already is in the log.
    if (!attached && linux::is_alive(running.process)) {
      return std::unexpected(std::move(attached).error().within("attach to the container"));
    }
    remote = attached ? std::optional(*std::move(attached)) : std::nullopt;
  }
  const bool by_stream = tty && remote;
  PSYS_TRY(by_stream ? attendance.serve_terminal(*std::move(remote), in)
                     : attendance.serve_log(std::move(remote), in));
  PSYS_TRY_ASSIGN(const std::optional<int> code,
                  runtime.containers.ended_within(request.runtime_id, kNoticeLimit));
  if (!by_stream) {
    PSYS_TRY(attendance.show_rest());
  }
  if (!code) {
    return Error::of(Code::timeout,
                     "the container has ended, and the container runtime did not notice within "
                     "{} s",
                     std::chrono::duration_cast<std::chrono::seconds>(kNoticeLimit).count());
  }
  return *code;
}

}  // namespace

std::expected<int, StartFailure> run_attached(
    const ForegroundRuntime& runtime, const ContainerRequest& request, const Streams& streams,
    const std::function<std::expected<RunningContainer, StartFailure>()>& start) {
  const linux::FdRef in = request.container.open_stdin ? streams.in : linux::FdRef();
  Result<AttachedSession> session =
      AttachedSession::begin(streams.in, terminal_of(request.container.tty, in));
  if (!session) {
    return std::unexpected(StartFailure{std::move(session).error()});
  }
  Result<LogPeer> log = LogPeer::open(request.log_path);
  if (!log) {
    return std::unexpected(StartFailure{std::move(log).error()});
  }
  const auto running = start();
  if (!running) {
    return std::unexpected(running.error());
  }
  Attendance attendance(*session, *log, streams, *running);
  const Result<int> code = attend(runtime, request, *running, attendance, in);
  return code ? std::expected<int, StartFailure>(*code)
              : std::unexpected(StartFailure{code.error()});
}

Result<int> exec_attached(cri::Client& client, const std::string& id, const ExecCommand& command) {
  PSYS_TRY(check_exec(command));
  const linux::FdRef in = command.streams.in;
  PSYS_TRY_ASSIGN(AttachedSession session,
                  AttachedSession::begin(in, terminal_of(command.tty, in)));
  const cri::StreamSet wanted{
      .in = in.valid(), .out = true, .err = !command.tty, .terminal = command.tty};
  PSYS_TRY_ASSIGN(const std::string url, client.exec_url(id, command.command, wanted));
  PSYS_TRY_ASSIGN(cri::RemoteStreams streams, cri::RemoteStreams::open(url, wanted));
  PSYS_TRY(streams.begin());
  RemotePeer peer(std::move(streams));
  PSYS_TRY(session.serve(
      {.peer = peer,
       .streams = command.streams,
       .terminal = command.tty ? in : linux::FdRef(),
       // The interface has no call for it: the command goes on, as it does with crictl exec.
       .on_signal = [](int signal) -> Result<> {
         return Error::of(Code::unavailable,
                          "ended by signal {}; the command goes on in the container", signal);
       },
       .on_resize =
           [&peer](const auto& size) { return peer.streams().resize(size.rows, size.columns); }}));
  return peer.streams().exit_code();
}

}  // namespace podsysctl::engine
