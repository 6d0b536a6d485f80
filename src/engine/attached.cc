// SPDX-License-Identifier: Apache-2.0
#include "engine/attached.h"

#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <utility>

#include "linux/file.h"
#include "linux/poll_timeout.h"
#include "linux/signals.h"

namespace podsysctl::engine {
namespace {

constexpr std::size_t kPiece = 32768;
constexpr std::size_t kPendingLimit = std::size_t{1} << 20U;
constexpr int kSignalsUntilKill = 3;

// A container that has ended already has no size.
void resize(const Attached& attached) {
  if (const auto size = linux::window_size(attached.terminal); attached.terminal.valid() && size) {
    [[maybe_unused]] const Result<> resized = attached.on_resize(*size);
  }
}

class Traffic {
 public:
  Traffic(const Attached& attached, linux::SignalEvents& signals)
      : attached_(attached), peer_(attached.peer), signals_(signals), in_(attached.streams.in) {}

  Result<> serve() {
    while (!ended_) {
      PSYS_TRY_ASSIGN(const Ready ready, wait());
      if (ready.signals) {
        PSYS_TRY(pass_signals());
      }
      if (ready.input) {
        PSYS_TRY(take_input());
      }
      send_pending();
      PSYS_TRY_ASSIGN(const bool more, peer_.receive([this](Output output, std::string_view text) {
        show_in(attached_.streams, output, text);
      }));
      ended_ = !more;
    }
    return {};
  }

 private:
  struct Ready {
    bool signals = false;
    bool input = false;
  };

  // A descriptor that is not wanted is negative: poll(2) leaves it alone.
  Result<Ready> wait() const {
    const bool sending = !pending_.empty() || peer_.has_unsent();
    std::vector<pollfd> events{{signals_.fd().get(), POLLIN, 0},
                               {pending_.size() < kPendingLimit ? in_.get() : -1, POLLIN, 0},
                               {sending ? peer_.input_fd().get() : -1, POLLOUT, 0}};
    for (const linux::FdRef fd : peer_.fds()) {
      events.push_back({fd.get(), POLLIN, 0});
    }
    if (::poll(events.data(), events.size(), linux::poll_timeout(peer_.patience())) < 0) {
      if (errno != EINTR) {
        return Error::from_errno(errno, "wait for the container's output");
      }
      return Ready{};
    }
    return Ready{events[0].revents != 0, events[1].revents != 0};
  }

  Result<> pass_signals() {
    while (const auto signal = signals_.next()) {
      if (signal->number == SIGWINCH) {
        resize(attached_);
      } else {
        PSYS_TRY(attached_.on_signal(++received_ < kSignalsUntilKill ? signal->number : SIGKILL));
      }
    }
    return {};
  }

  Result<> take_input() {
    std::array<char, kPiece> buffer{};
    const ssize_t count = ::read(in_.get(), buffer.data(), buffer.size());
    if (count < 0 && (errno == EINTR || errno == EAGAIN)) {
      return {};
    }
    if (count <= 0) {
      in_ = linux::FdRef();
      input_ended_ = true;
      return {};
    }
    pending_.append(buffer.data(), static_cast<std::size_t>(count));
    return {};
  }

  // A container that reads no more is no error of ours: what it says is still to come.
  void send_pending() {
    if (!pending_.empty() || peer_.has_unsent()) {
      const Result<std::size_t> count = peer_.send(pending_);
      pending_.erase(0, count ? *count : pending_.size());
      if (!count) {
        in_ = linux::FdRef();
      }
    }
    if (pending_.empty() && input_ended_ && !attached_.terminal.valid()) {
      input_ended_ = false;
      [[maybe_unused]] const Result<> ended = peer_.end_input();
    }
  }

  const Attached& attached_;
  Peer& peer_;
  linux::SignalEvents& signals_;
  linux::FdRef in_;
  std::string pending_;  // typed, and not taken yet
  bool input_ended_ = false;
  bool ended_ = false;
  int received_ = 0;
};

}  // namespace

Result<> check_terminal(linux::FdRef in) {
  if (linux::is_terminal(in)) {
    return {};
  }
  return Error::of(Code::invalid_argument,
                   "the container wants a terminal (-t, or tty: true), and standard input is none: "
                   "call it from a terminal, or leave the terminal out");
}

struct AttachedSession::Parts {
  linux::SignalEvents signals;
  linux::RawTerminal terminal;
};

AttachedSession::AttachedSession(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
AttachedSession::AttachedSession(AttachedSession&&) noexcept = default;
AttachedSession::~AttachedSession() = default;

Result<AttachedSession> AttachedSession::begin(linux::FdRef in, Terminal terminal) {
  if (terminal != Terminal::none) {
    PSYS_TRY(check_terminal(in));
  }
  PSYS_TRY_ASSIGN(auto signals,
                  linux::SignalEvents::block({SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGWINCH}));
  PSYS_TRY_ASSIGN(
      auto raw, linux::RawTerminal::enter(terminal == Terminal::typed_into ? in : linux::FdRef()));
  return AttachedSession(std::make_unique<Parts>(std::move(signals), std::move(raw)));
}

Result<> AttachedSession::serve(const Attached& attached) {
  resize(attached);
  return Traffic(attached, parts_->signals).serve();
}

void show_in(const Streams& streams, Output output, std::string_view text) {
  if (!text.empty()) {
    [[maybe_unused]] const Result<> shown =
        linux::write_all(output == Output::out ? streams.out : streams.err, text, "output");
  }
}

}  // namespace podsysctl::engine
