// SPDX-License-Identifier: Apache-2.0
// The caller's terminal (termios(3), ioctl_tty(2)): raw while a container's terminal is shown in
// it, as it was afterwards. Thread-safety: one thread.
#pragma once

#include <memory>

#include "base/result.h"
#include "linux/fd.h"

namespace podsysctl::linux {

[[nodiscard]] bool is_terminal(FdRef fd);

struct WindowSize {
  unsigned rows = 0;
  unsigned columns = 0;
};
[[nodiscard]] Result<WindowSize> window_size(FdRef terminal);
// Either end will do; the program at the far end is told (SIGWINCH).
[[nodiscard]] Result<> set_window_size(FdRef terminal, const WindowSize& size);
// Reading and writing it wait no more.
[[nodiscard]] Result<> make_nonblocking(FdRef terminal);

// Keys come as they are typed, unechoed; ^C is a byte like any other.
class RawTerminal {
 public:
  // Does nothing for what is no terminal.
  [[nodiscard]] static Result<RawTerminal> enter(FdRef terminal);
  RawTerminal(RawTerminal&&) noexcept;
  RawTerminal& operator=(RawTerminal&&) = delete;
  RawTerminal(const RawTerminal&) = delete;
  RawTerminal& operator=(const RawTerminal&) = delete;
  ~RawTerminal();

 private:
  struct Former;
  RawTerminal(FdRef terminal, std::unique_ptr<Former> former);

  FdRef terminal_;
  std::unique_ptr<Former> former_;  // null: nothing to put back
};

}  // namespace podsysctl::linux
