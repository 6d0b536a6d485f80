// SPDX-License-Identifier: Apache-2.0
#include "linux/terminal.h"

#include <fcntl.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include <cerrno>

namespace podsysctl::linux {

bool is_terminal(FdRef fd) { return fd.valid() && ::isatty(fd.get()) == 1; }

Result<WindowSize> window_size(FdRef terminal) {
  winsize size{};
  if (::ioctl(terminal.get(), TIOCGWINSZ, &size) != 0) {
    return Error::from_errno(errno, "the size of the terminal");
  }
  return WindowSize{size.ws_row, size.ws_col};
}

Result<> set_window_size(FdRef terminal, const WindowSize& size) {
  winsize wanted{};
  wanted.ws_row = static_cast<unsigned short>(size.rows);
  wanted.ws_col = static_cast<unsigned short>(size.columns);
  if (::ioctl(terminal.get(), TIOCSWINSZ, &wanted) != 0) {
    return Error::from_errno(errno, "give a terminal its size");
  }
  return {};
}

Result<> make_nonblocking(FdRef terminal) {
  const int flags = ::fcntl(terminal.get(), F_GETFL);
  if (flags < 0 || ::fcntl(terminal.get(), F_SETFL, flags | O_NONBLOCK) != 0) {
    return Error::from_errno(errno, "make a terminal non-blocking");
  }
  return {};
}

struct RawTerminal::Former {
  termios settings;
};

RawTerminal::RawTerminal(FdRef terminal, std::unique_ptr<Former> former)
    : terminal_(terminal), former_(std::move(former)) {}
RawTerminal::RawTerminal(RawTerminal&&) noexcept = default;

RawTerminal::~RawTerminal() {
  if (former_ != nullptr) {
    ::tcsetattr(terminal_.get(), TCSADRAIN, &former_->settings);
  }
}

Result<RawTerminal> RawTerminal::enter(FdRef terminal) {
  if (!is_terminal(terminal)) {
    return RawTerminal(terminal, nullptr);
  }
  auto former = std::make_unique<Former>();
  if (::tcgetattr(terminal.get(), &former->settings) != 0) {
    return Error::from_errno(errno, "read the terminal's settings");
  }
  termios raw = former->settings;
  ::cfmakeraw(&raw);
  if (::tcsetattr(terminal.get(), TCSADRAIN, &raw) != 0) {
    return Error::from_errno(errno, "set the terminal's settings");
  }
  return RawTerminal(terminal, std::move(former));
}

}  // namespace podsysctl::linux
