// SPDX-License-Identifier: Apache-2.0
#include "linux/wake_up.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>

namespace podsysctl::linux {

Result<WakeUp> WakeUp::open() {
  Fd fd = Fd::adopt(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  if (!fd.valid()) {
    return Error::from_errno(errno, "make a descriptor to be woken by");
  }
  return WakeUp(std::move(fd));
}

void WakeUp::ring() const noexcept {
  const std::uint64_t one = 1;
  // It fails only where the counter is full, and then it is readable already.
  [[maybe_unused]] const ssize_t written = ::write(fd_.get(), &one, sizeof one);
}

void WakeUp::quiet() const noexcept {
  std::uint64_t count = 0;
  [[maybe_unused]] const ssize_t taken = ::read(fd_.get(), &count, sizeof count);
}

}  // namespace podsysctl::linux
