// SPDX-License-Identifier: Apache-2.0
#include "engine/cri/foreground.h"

#include <utility>

#include "engine/attached.h"
#include "engine/cri/log_peer.h"
#include "engine/cri/remote_peer.h"
#include "engine/cri/screen_text.h"
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

// From the end of the terminal to the end of the process that closes it by ending.
constexpr std::chrono::milliseconds kTerminalWait{50};
// From the end that the runtime has noted to the end of the log.
constexpr std::chrono::milliseconds kLogWait{500};

// One container with its streams.
class Attendance {
 public:
  Attendance(AttachedSession& session, LogPeer& log, const Streams& streams,
             const RunningContainer& running)
      : session_(session), log_(log), streams_(streams), process_(running.process) {}

  // With a terminal. What was said before the runtime attached us stands in the log alone.
  Result<> serve_terminal(cri::RemoteStreams remote, linux::FdRef in) {
    PSYS_TRY(show_log(for_raw_terminal));
    PSYS_TRY(remote.begin());
    RemotePeer peer(std::move(remote));
    PSYS_TRY(session_.serve(attached(peer, in, streams_.in, [&peer](const auto& size) {
      return peer.streams().resize(size.rows, size.columns);
    })));
    PSYS_TRY_ASSIGN(const bool gone, linux::wait_until_gone(process_, kTerminalWait));
    if (!gone && !peer.streams().exit_code()) {
      // The runtime has let go of us (it was started again): what is said from now on is logged.
      PSYS_TRY(log_.pump([](Output, std::string_view) {}));
    } else {
      log_.mute();  // it may run on without a terminal
      streamed_ = peer.shown();
      rest_ = gone ? Rest::before_stream : Rest::none;
    }
    return serve_log({}, {});
  }

  Result<> serve_log(std::optional<cri::RemoteStreams> remote, linux::FdRef in) {
    log_.follow(process_, std::move(remote));
    return session_.serve(attached(log_, in, {}, [](const auto&) { return Result<>{}; }));
  }

  // Once the runtime has noted the end.
  Result<> show_rest() {
    if (rest_ == Rest::none) {
      return {};
    }
    PSYS_TRY(log_.wait_until_whole(kLogWait));
    return show_log([this](std::string_view text) {
      return rest_ == Rest::of_log ? std::string(text)
                                   : for_raw_terminal(missed_by_stream(text, streamed_));
    });
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

  Result<> show_log(const std::function<std::string(std::string_view)>& shape) {
    return log_.pump(
        [&](Output output, std::string_view text) { show_in(streams_, output, shape(text)); });
  }

  // What the log alone tells at the end.
  enum class Rest : std::uint8_t { of_log, before_stream, none };

  AttachedSession& session_;
  LogPeer& log_;
  const Streams& streams_;
  linux::ProcessId process_;
  Rest rest_ = Rest::of_log;
  std::size_t streamed_ = 0;
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
  PSYS_TRY(tty && remote ? attendance.serve_terminal(*std::move(remote), in)
                         : attendance.serve_log(std::move(remote), in));
  PSYS_TRY_ASSIGN(const std::optional<int> code,
                  runtime.containers.ended_within(request.runtime_id, kNoticeLimit));
  PSYS_TRY(attendance.show_rest());
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
