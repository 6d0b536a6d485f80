// SPDX-License-Identifier: Apache-2.0
#include "linux/signals.h"

#include <pthread.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <cerrno>

namespace podsysctl::linux {

Result<SignalEvents> SignalEvents::block(std::initializer_list<int> signals) {
  sigset_t wanted;
  ::sigemptyset(&wanted);
  for (const int signal : signals) {
    ::sigaddset(&wanted, signal);
  }
  sigset_t former;
  if (const int failure = ::pthread_sigmask(SIG_BLOCK, &wanted, &former); failure != 0) {
    return Error::from_errno(failure, "block signals");
  }
  const int fd = ::signalfd(-1, &wanted, SFD_CLOEXEC | SFD_NONBLOCK);
  if (fd < 0) {
    const int failure = errno;
    ::pthread_sigmask(SIG_SETMASK, &former, nullptr);
    return Error::from_errno(failure, "receive signals by descriptor");
  }
  return SignalEvents(Fd::adopt(fd), former);
}

SignalEvents::SignalEvents(SignalEvents&& other) noexcept
    : fd_(std::move(other.fd_)), former_(other.former_) {}

SignalEvents::~SignalEvents() {
  if (fd_.valid()) {
    ::pthread_sigmask(SIG_SETMASK, &former_, nullptr);
  }
}

std::optional<ReceivedSignal> SignalEvents::next() {
  signalfd_siginfo info{};
  if (::read(fd_.get(), &info, sizeof info) != sizeof info) {
    return std::nullopt;
  }
  return ReceivedSignal{static_cast<int>(info.ssi_signo), info.ssi_code == SI_KERNEL
                                                              ? SignalSource::terminal
                                                              : SignalSource::process};
}

}  // namespace podsysctl::linux
