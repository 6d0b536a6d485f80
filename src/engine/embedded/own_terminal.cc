// SPDX-License-Identifier: Apache-2.0
#include "engine/embedded/own_terminal.h"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <optional>
#include <utility>

#include "base/scope_exit.h"
#include "engine/attached.h"
#include "linux/file.h"
#include "linux/listen.h"
#include "linux/process.h"
#include "linux/receive_fd.h"

namespace podsysctl::engine {
namespace {

constexpr std::size_t kPiece = 32768;
constexpr std::chrono::milliseconds kLook{100};  // where no pidfd tells that the runtime has ended

// The near end of the terminal.
class TerminalPeer final : public Peer {
 public:
  explicit TerminalPeer(linux::Fd terminal) : terminal_(std::move(terminal)) {}

  // EIO: nobody has the far end open any more.
  Result<bool> receive(const Show& show) override {
    std::array<char, kPiece> buffer{};
    const ssize_t count = ::read(terminal_.get(), buffer.data(), buffer.size());
    if (count > 0) {
      show(Output::out, {buffer.data(), static_cast<std::size_t>(count)});
      return true;
    }
    return count < 0 && (errno == EAGAIN || errno == EINTR);
  }

  Result<std::size_t> send(std::string_view text) override {
    const ssize_t count = ::write(terminal_.get(), text.data(), text.size());
    if (count >= 0) {
      return static_cast<std::size_t>(count);
    }
    if (errno == EAGAIN || errno == EINTR) {
      return std::size_t{0};
    }
    return Error::from_errno(errno, "write to the container's terminal");
  }

  Result<> end_input() override { return {}; }
  std::vector<linux::FdRef> fds() const override { return {terminal_.ref()}; }
  linux::FdRef input_fd() const override { return terminal_.ref(); }

 private:
  linux::Fd terminal_;
};

// None where the runtime ends without having sent one.
Result<std::optional<linux::Fd>> receive_terminal(linux::FdRef listener, pid_t runtime) {
  PSYS_TRY_ASSIGN(const linux::HeldProcess process, linux::HeldProcess::hold(runtime));
  for (;;) {
    std::array<pollfd, 2> events{{{listener.get(), POLLIN, 0}, {process.pidfd().get(), POLLIN, 0}}};
    if (::poll(events.data(), events.size(), static_cast<int>(kLook.count())) < 0 &&
        errno != EINTR) {
      return Error::from_errno(errno, "wait for the container's terminal");
    }
    PSYS_TRY_ASSIGN(const std::optional<linux::Fd> connection, linux::accept_one(listener));
    if (connection) {
      PSYS_TRY_ASSIGN(linux::Fd terminal, linux::receive_fd(connection->ref()));
      PSYS_TRY(linux::make_nonblocking(terminal.ref()));
      return std::optional(std::move(terminal));
    }
    if (process.has_ended()) {
      return std::optional<linux::Fd>();
    }
  }
}

// A runtime that fails sends no terminal: nothing is to be attended then.
Result<> attend(AttachedSession& session, linux::FdRef listener, pid_t runtime,
                const OwnTerminal& terminal) {
  PSYS_TRY_ASSIGN(std::optional<linux::Fd> near_end, receive_terminal(listener, runtime));
  if (!near_end) {
    return {};
  }
  const linux::FdRef held = near_end->ref();
  TerminalPeer peer(*std::move(near_end));
  return session.serve(
      {.peer = peer,
       .streams = terminal.streams,
       .terminal = terminal.streams.in,
       .on_signal = terminal.on_signal,
       .on_resize = [held](const auto& size) { return linux::set_window_size(held, size); }});
}

}  // namespace

Result<RunEnd> run_on_own_terminal(const OciRuntime& runtime, const OwnTerminal& terminal) {
  PSYS_TRY_ASSIGN(AttachedSession session,
                  AttachedSession::begin(terminal.streams.in, Terminal::typed_into));
  PSYS_TRY_ASSIGN(const linux::Fd listener, linux::listen_unix(terminal.socket, 0600));
  const ScopeExit gone([&] { ::unlink(terminal.socket.c_str()); });
  // What the runtime says of a failure is in its log.
  PSYS_TRY_ASSIGN(const linux::Fd nowhere, linux::open_file("/dev/null", O_WRONLY));
  PSYS_TRY_ASSIGN(const ForegroundRun run, terminal.start({{}, nowhere.ref(), nowhere.ref()}));
  const Result<> attended = attend(session, listener.ref(), run.pid, terminal);
  PSYS_TRY_ASSIGN(RunEnd end, runtime.finish(run));
  PSYS_TRY(attended);
  return end;
}

}  // namespace podsysctl::engine
