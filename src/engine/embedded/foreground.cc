// SPDX-License-Identifier: Apache-2.0
#include "engine/embedded/foreground.h"

#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <optional>

#include "engine/attached.h"
#include "engine/embedded/crilog.h"
#include "engine/embedded/identity.h"
#include "engine/embedded/own_terminal.h"
#include "engine/embedded/rootfs.h"
#include "linux/file.h"
#include "linux/signals.h"

namespace podsysctl::engine {
namespace {

constexpr int kSignalsUntilKill = 3;

// A container's output on its way: from the pipe to the caller and to the log.
struct Channel {
  linux::Fd from;
  linux::FdRef to;
  LogStream stream;
};

// A log that cannot be written (a full disk) is told at the end: the container must not stand still
// at a full pipe meanwhile.
void copy(Channel& channel, CriLogWriter* log, Result<>& logged) {
  std::array<char, 32768> buffer{};
  const ssize_t count = ::read(channel.from.get(), buffer.data(), buffer.size());
  if (count < 0 && (errno == EINTR || errno == EAGAIN)) {
    return;
  }
  if (count <= 0) {
    channel.from.close();
    return;
  }
  const std::string_view data(buffer.data(), static_cast<std::size_t>(count));
  if (log != nullptr && logged) {
    logged = log->write(channel.stream, data);
  }
  // A reader that is gone (podsysctl run … | head) is no reason to end the container.
  [[maybe_unused]] const Result<> passed = linux::write_all(channel.to, data, "output");
}

class Attendant {
 public:
  Attendant(const OciRuntime& runtime, std::string id, pid_t child, linux::SignalEvents& signals)
      : runtime_(runtime), id_(std::move(id)), child_(child), signals_(signals) {}

  // Until both channels are at their end. The runtime holds them open as long as the container
  // runs.
  [[nodiscard]] Result<> serve(std::array<Channel, 2>& channels, CriLogWriter* log) {
    Result<> logged;
    while (channels[0].from.valid() || channels[1].from.valid()) {
      std::array<pollfd, 3> events{{{signals_.fd().get(), POLLIN, 0},
                                    {channels[0].from.get(), POLLIN, 0},
                                    {channels[1].from.get(), POLLIN, 0}}};
      if (::poll(events.data(), events.size(), -1) < 0 && errno != EINTR) {
        return Error::from_errno(errno, "wait for the container's output");
      }
      if (events[0].revents != 0) {
        PSYS_TRY(pass_signals());
      }
      for (std::size_t i = 0; i < channels.size(); ++i) {
        if (events[i + 1].revents != 0) {
          copy(channels[i], log, logged);
        }
      }
    }
    return logged;
  }

 private:
  Result<> pass_signals() {
    while (const auto signal = signals_.next()) {
      if (++received_ >= kSignalsUntilKill) {
        return runtime_.kill(id_, SIGKILL);
      }
      // The terminal has given ^C to the runtime as well: it is in our process group.
      if (signal->source == linux::SignalSource::process) {
        ::kill(child_, signal->number);
      }
    }
    return {};
  }

  const OciRuntime& runtime_;
  std::string id_;
  pid_t child_;
  linux::SignalEvents& signals_;
  int received_ = 0;
};

std::expected<int, StartFailure> outcome_of(const Result<RunEnd>& end) {
  if (!end) {
    return std::unexpected(StartFailure{end.error()});
  }
  if (end->failure) {
    return std::unexpected(*end->failure);
  }
  return end->exit_code;
}

// A program that is no OCI runtime (--runtime /bin/true) ends well and has started nothing.
std::expected<int, StartFailure> check_started(const OciRuntime& runtime,
                                               const std::string& pid_path,
                                               std::expected<int, StartFailure> outcome) {
  if (!outcome || *outcome != 0 || ::access(pid_path.c_str(), F_OK) == 0) {
    return outcome;
  }
  return std::unexpected(StartFailure{
      {Code::unavailable, 0,
       fmt::format("{} ended without starting the container: is it an OCI runtime? Choose runc or "
                   "crun with --runtime",
                   runtime.choice().path)}});
}

template <class Start>
Result<RunEnd> run_on_pipes(const OciRuntime& runtime, const std::string& id, const Start& start,
                            const Streams& streams, CriLogWriter* log) {
  PSYS_TRY_ASSIGN(auto signals, linux::SignalEvents::block({SIGINT, SIGTERM, SIGHUP, SIGQUIT}));
  PSYS_TRY_ASSIGN(linux::Pipe out, linux::make_pipe());
  PSYS_TRY_ASSIGN(linux::Pipe err, linux::make_pipe());
  PSYS_TRY_ASSIGN(const ForegroundRun run,
                  start(Stdio{streams.in, out.write_end.ref(), err.write_end.ref()}));
  out.write_end.close();
  err.write_end.close();
  std::array<Channel, 2> channels{{{std::move(out.read_end), streams.out, LogStream::out},
                                   {std::move(err.read_end), streams.err, LogStream::err}}};
  Attendant attendant(runtime, id, run.pid, signals);
  const Result<> served = attendant.serve(channels, log);
  PSYS_TRY_ASSIGN(RunEnd end, runtime.finish(run));
  PSYS_TRY(served);
  if (log != nullptr) {
    PSYS_TRY(log->finish());
  }
  return end;
}

// With a terminal. runc passes keys and signals on by itself; crun hands a terminal over through a
// socket, and `on_signal` gets what arrives here, with the pid that was started.
template <class Start, class OnSignal>
Result<RunEnd> run_on_terminal(const OciRuntime& runtime, const PodFolders& folders,
                               const Streams& streams, const Start& start,
                               const OnSignal& on_signal) {
  if (runtime.choice().kind == RuntimeKind::crun) {
    // Short, since the path of a socket has to be; several commands may run in a sandbox at a time.
    const std::string socket = fmt::format("{}/tty-{}", folders.run, ::getpid());
    pid_t child = 0;
    return run_on_own_terminal(runtime,
                               {.socket = socket,
                                .streams = streams,
                                .start = [&](const Stdio& stdio) -> Result<ForegroundRun> {
                                  PSYS_TRY_ASSIGN(ForegroundRun run, start(stdio, socket));
                                  child = run.pid;
                                  return run;
                                },
                                .on_signal = [&](int signal) { return on_signal(signal, child); }});
  }
  PSYS_TRY(check_terminal(streams.in));
  PSYS_TRY_ASSIGN(auto signals, linux::SignalEvents::block({SIGINT, SIGTERM, SIGHUP, SIGQUIT}));
  PSYS_TRY_ASSIGN(const ForegroundRun run,
                  start(Stdio{streams.in, streams.out, streams.err}, std::string()));
  return runtime.finish(run);
}

}  // namespace

std::expected<int, StartFailure> run_in_foreground(const OciRuntime& runtime,
                                                   const ContainerRequest& request,
                                                   const PodFolders& folders,
                                                   const Streams& streams, const Clock& clock) {
  const auto start = [&](const Stdio& stdio, const std::string& console = "") {
    return runtime.run({.id = request.id,
                        .bundle = bundle_folder(folders, request.id),
                        .pid_file = pid_file(folders, request.id),
                        .stdio = stdio,
                        .console_socket = console});
  };
  const auto ended = [&](const Result<RunEnd>& end) {
    return check_started(runtime, pid_file(folders, request.id), outcome_of(end));
  };
  if (request.container.tty) {
    return ended(run_on_terminal(
        runtime, folders, streams, start,
        [&](int signal, pid_t /*child*/) { return runtime.kill(request.id, signal); }));
  }
  Result<linux::Fd> file = open_log(request.log_path);
  if (!file) {
    return std::unexpected(StartFailure{file.error()});
  }
  CriLogWriter log(*std::move(file), clock);
  return ended(run_on_pipes(runtime, request.id, start, streams, &log));
}

std::expected<int, StartFailure> exec_in_foreground(const OciRuntime& runtime,
                                                    const ContainerRef& container,
                                                    const PodFolders& folders,
                                                    const ExecCommand& command,
                                                    const linux::Namespace& mounts) {
  ExecRequest request{.id = container.id,
                      .bundle = bundle_folder(folders, container.id),
                      .command = command.command,
                      .env = command.env,
                      .working_dir = command.working_dir,
                      .tty = command.tty};
  if (!command.user.empty()) {
    const Result<linux::Fd> root = open_in_namespace(mounts, rootfs_path(folders, container.id));
    if (!root) {
      return std::unexpected(StartFailure{root.error()});
    }
    const Result<Identity> identity = resolve_user(root->ref(), command.user);
    if (!identity) {
      return std::unexpected(StartFailure{identity.error()});
    }
    request.user = *identity;
  }
  const auto start = [&](const Stdio& stdio, const std::string& console = "") {
    request.stdio = stdio;
    request.console_socket = console;
    return runtime.exec(request);
  };
  if (command.tty) {
    return outcome_of(run_on_terminal(runtime, folders, command.streams, start,
                                      [](int signal, pid_t child) -> Result<> {
                                        ::kill(child, signal);
                                        return {};
                                      }));
  }
  return outcome_of(run_on_pipes(runtime, container.id, start, command.streams, nullptr));
}

}  // namespace podsysctl::engine
