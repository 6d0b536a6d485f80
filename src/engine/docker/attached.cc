// SPDX-License-Identifier: Apache-2.0
#include "engine/docker/attached.h"

#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <utility>

#include "docker/frames.h"
#include "linux/file.h"
#include "linux/signals.h"

namespace podsysctl::engine {
namespace {

using std::chrono::milliseconds;

constexpr std::size_t kPiece = 32768;
constexpr std::size_t kPendingLimit = std::size_t{1} << 20U;
constexpr int kSignalsUntilKill = 3;

class Traffic {
 public:
  Traffic(const Attached& attached, linux::SignalEvents& signals)
      : attached_(attached), signals_(signals), in_(attached.streams.in) {}

  Result<> serve() {
    while (!ended_) {
      std::array<pollfd, 3> events = wanted();
      const int timeout = attached_.stream.has_buffered() ? 0 : -1;
      if (::poll(events.data(), events.size(), timeout) < 0 && errno != EINTR) {
        return Error::from_errno(errno, "wait for the container's output");
      }
      if (events[0].revents != 0) {
        PSYS_TRY(pass_signals());
      }
      if (events[2].revents != 0) {
        PSYS_TRY(take_input());
      }
      PSYS_TRY(send_pending());
      if (events[1].revents != 0 || attached_.stream.has_buffered()) {
        PSYS_TRY(take_output());
      }
    }
    return {};
  }

 private:
  // A descriptor that is not wanted is negative: poll(2) leaves it alone.
  std::array<pollfd, 3> wanted() const {
    const short writing = pending_.empty() ? 0 : POLLOUT;
    const int in = pending_.size() < kPendingLimit ? in_.get() : -1;
    return {{{signals_.fd().get(), POLLIN, 0},
             {attached_.stream.fd().get(), static_cast<short>(POLLIN | writing), 0},
             {in, POLLIN, 0}}};
  }

  Result<> pass_signals() {
    while (const auto signal = signals_.next()) {
      if (signal->number == SIGWINCH) {
        if (const auto size = linux::window_size(attached_.terminal)) {
          PSYS_TRY(attached_.on_resize(*size));
        }
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
  Result<> send_pending() {
    if (!pending_.empty()) {
      const Result<std::size_t> count = attached_.stream.write_some(pending_);
      pending_.erase(0, count ? *count : pending_.size());
      if (!count) {
        in_ = linux::FdRef();
      }
    }
    if (pending_.empty() && input_ended_ && !attached_.terminal.valid()) {
      input_ended_ = false;
      return attached_.stream.end_writing();
    }
    return {};
  }

  Result<> take_output() {
    std::array<char, kPiece> buffer{};
    const Result<std::size_t> count = attached_.stream.read(buffer, milliseconds(0));
    if (!count) {
      return count.error().code == Code::timeout ? Result<>{} : std::unexpected(count.error());
    }
    ended_ = *count == 0;
    const std::string_view data(buffer.data(), *count);
    if (attached_.terminal.valid()) {
      return show(docker::Channel::out, data);
    }
    return frames_.feed(data, [this](docker::Channel channel, std::string_view text) {
      return show(channel, text);
    });
  }

  // A reader that is gone (podsysctl run … | head) is no reason to end the container.
  Result<> show(docker::Channel channel, std::string_view text) {
    const bool first = !std::exchange(shown_, true);
    if (attached_.refusal != nullptr && first && text.starts_with(attached_.refusal_mark)) {
      *attached_.refusal = text;
      return {};
    }
    const linux::FdRef to =
        channel == docker::Channel::out ? attached_.streams.out : attached_.streams.err;
    [[maybe_unused]] const Result<> passed = linux::write_all(to, text, "output");
    return {};
  }

  const Attached& attached_;
  linux::SignalEvents& signals_;
  linux::FdRef in_;
  docker::FrameReader frames_;
  std::string pending_;  // typed, and not taken yet
  bool input_ended_ = false;
  bool ended_ = false;
  bool shown_ = false;
  int received_ = 0;
};

}  // namespace

struct AttachedSession::Parts {
  linux::SignalEvents signals;
  linux::RawTerminal terminal;
};

AttachedSession::AttachedSession(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
AttachedSession::AttachedSession(AttachedSession&&) noexcept = default;
AttachedSession::~AttachedSession() = default;

Result<AttachedSession> AttachedSession::begin(linux::FdRef in, Terminal terminal) {
  if (terminal != Terminal::none && !linux::is_terminal(in)) {
    return Error::of(Code::invalid_argument,
                     "the container wants a terminal (-t, or tty: true), and standard input is "
                     "none: call it from a terminal, or leave the terminal out");
  }
  PSYS_TRY_ASSIGN(auto signals,
                  linux::SignalEvents::block({SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGWINCH}));
  PSYS_TRY_ASSIGN(
      auto raw, linux::RawTerminal::enter(terminal == Terminal::typed_into ? in : linux::FdRef()));
  return AttachedSession(std::unique_ptr<Parts>(new Parts{std::move(signals), std::move(raw)}));
}

Result<> AttachedSession::serve(const Attached& attached) {
  if (attached.terminal.valid()) {
    if (const auto size = linux::window_size(attached.terminal)) {
      // A container that has ended already has no size.
      [[maybe_unused]] const Result<> resized = attached.on_resize(*size);
    }
  }
  return Traffic(attached, parts_->signals).serve();
}

}  // namespace podsysctl::engine
