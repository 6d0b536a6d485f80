// SPDX-License-Identifier: Apache-2.0
// Signals as readable events instead of interruptions (signalfd(2)): blocked while the object
// lives, the former mask afterwards. Make it before other threads are started, so that they inherit
// it. Thread-safety: one thread.
#pragma once

#include <signal.h>

#include <initializer_list>
#include <optional>

#include "base/result.h"
#include "linux/fd.h"

namespace podsysctl::linux {

// Whether a signal came from the terminal (^C), which gives it to the whole process group.
enum class SignalSource : std::uint8_t { process, terminal };

struct ReceivedSignal {
  int number = 0;
  SignalSource source = SignalSource::process;
};

class SignalEvents {
 public:
  [[nodiscard]] static Result<SignalEvents> block(std::initializer_list<int> signals);
  SignalEvents(SignalEvents&& other) noexcept;
  SignalEvents& operator=(SignalEvents&&) = delete;
  SignalEvents(const SignalEvents&) = delete;
  SignalEvents& operator=(const SignalEvents&) = delete;
  ~SignalEvents();

  // Readable when a signal is pending.
  [[nodiscard]] FdRef fd() const noexcept { return fd_.ref(); }
  // The next pending signal; nothing if there is none.
  [[nodiscard]] std::optional<ReceivedSignal> next();

 private:
  SignalEvents(Fd fd, sigset_t former) : fd_(std::move(fd)), former_(former) {}

  Fd fd_;
  sigset_t former_;
};

}  // namespace podsysctl::linux
