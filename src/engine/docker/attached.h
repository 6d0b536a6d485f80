// SPDX-License-Identifier: Apache-2.0
// A container, or a command in one, in the foreground: its streams are ours until it ends, signals
// and the size of our terminal go to it. Thread-safety: one per process, because of the signals.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"
#include "docker/daemon.h"
#include "engine/engine.h"
#include "http/stream.h"
#include "linux/terminal.h"

namespace podsysctl::engine {

// typed_into: keys go to the container as they come, ^C too.
enum class Terminal : std::uint8_t { none, shown, typed_into };

struct Attached {
  http::Stream& stream;
  Streams streams;        // `in` invalid: nothing goes in
  linux::FdRef terminal;  // whose size the container's follows; invalid without one
  // Where it is not null: output that begins with it is kept there and not shown. A daemon tells so
  // that a command could not be started.
  std::string_view refusal_mark;
  std::string* refusal = nullptr;
  std::function<Result<>(int signal)> on_signal;
  std::function<Result<>(const linux::WindowSize& size)> on_resize;
};

// Blocks the signals that are passed on and makes the terminal raw, both until it is destroyed.
// Made before the container is started, so that no key and no signal is lost.
class AttachedSession {
 public:
  // invalid_argument where a terminal is wanted and standard input is none.
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

}  // namespace podsysctl::engine
