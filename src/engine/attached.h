// SPDX-License-Identifier: Apache-2.0
// A container, or a command in one, in the foreground: its streams are ours until it ends, signals
// and the size of our terminal go to it. How its bytes travel is its Peer's affair.
// Errors: those of the peer and of poll(2); invalid_argument for a terminal that is none.
// Thread-safety: one per process, because of the signals.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "engine/engine.h"
#include "linux/fd.h"
#include "linux/terminal.h"

namespace podsysctl::engine {

enum class Output : std::uint8_t { out, err };

// The container's side. Nothing here blocks.
class Peer {
 public:
  Peer() = default;
  Peer(const Peer&) = delete;
  Peer& operator=(const Peer&) = delete;
  virtual ~Peer() = default;

  using Show = std::function<void(Output output, std::string_view text)>;
  // What has arrived; false once all has.
  [[nodiscard]] virtual Result<bool> receive(const Show& show) = 0;
  // How much of the input is taken at once. Also called with none, where something is unsent.
  [[nodiscard]] virtual Result<std::size_t> send(std::string_view text) = 0;
  [[nodiscard]] virtual Result<> end_input() = 0;

  // Readable when receive() has something to do.
  [[nodiscard]] virtual std::vector<linux::FdRef> fds() const = 0;
  // Writable when send() has; may be one of fds().
  [[nodiscard]] virtual linux::FdRef input_fd() const = 0;
  [[nodiscard]] virtual bool has_unsent() const { return false; }
  // How long to wait before the next receive() at most; negative: no limit.
  [[nodiscard]] virtual std::chrono::milliseconds patience() const {
    return std::chrono::milliseconds(-1);
  }
};

// typed_into: keys go to the container as they come, ^C too.
enum class Terminal : std::uint8_t { none, shown, typed_into };

struct Attached {
  Peer& peer;
  Streams streams;        // `in` invalid: nothing goes in
  linux::FdRef terminal;  // whose size the container's follows; invalid without one
  std::function<Result<>(int signal)> on_signal;
  std::function<Result<>(const linux::WindowSize& size)> on_resize;
};

// invalid_argument where `in`, for a container that wants a terminal, is none.
[[nodiscard]] Result<> check_terminal(linux::FdRef in);

// Blocks the signals that are passed on and makes the terminal raw, both until it is destroyed.
// Made before the container is started, so that no key and no signal is lost.
class AttachedSession {
 public:
  // The error of check_terminal() where a terminal is wanted.
  [[nodiscard]] static Result<AttachedSession> begin(linux::FdRef in, Terminal terminal);
  // Until the other side ends.
  [[nodiscard]] Result<> serve(const Attached& attached);

  AttachedSession(AttachedSession&&) noexcept;
  AttachedSession& operator=(AttachedSession&&) = delete;
  AttachedSession(const AttachedSession&) = delete;
  AttachedSession& operator=(const AttachedSession&) = delete;
  ~AttachedSession();

 private:
  struct Parts;
  explicit AttachedSession(std::unique_ptr<Parts> parts);

  std::unique_ptr<Parts> parts_;
};

[[nodiscard]] constexpr Terminal terminal_of(bool tty, linux::FdRef in) {
  if (!tty) {
    return Terminal::none;
  }
  return in.valid() ? Terminal::typed_into : Terminal::shown;
}

// Shows text in the caller's streams. A reader that is gone (podsysctl run … | head) is no reason
// to end the container.
void show_in(const Streams& streams, Output output, std::string_view text);

}  // namespace podsysctl::engine
