// SPDX-License-Identifier: Apache-2.0
// File descriptors: Fd owns one, FdRef borrows one. Every call here that makes a descriptor makes
// it close-on-exec. close() is never retried: on Linux the descriptor is gone even after EINTR, and
// a second close could hit another thread's. Thread-safety: like int.
#pragma once

#include <utility>

#include "base/result.h"

namespace podsysctl::linux {

class FdRef {
 public:
  constexpr FdRef() = default;
  constexpr explicit FdRef(int fd) : fd_(fd) {}
  [[nodiscard]] constexpr int get() const noexcept { return fd_; }
  [[nodiscard]] constexpr bool valid() const noexcept { return fd_ >= 0; }

 private:
  int fd_ = -1;
};

class Fd {
 public:
  constexpr Fd() = default;
  [[nodiscard]] static Fd adopt(int fd) noexcept { return Fd(fd); }
  Fd(Fd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Fd& operator=(Fd&& other) noexcept {
    if (this != &other) {
      reset(std::exchange(other.fd_, -1));
    }
    return *this;
  }
  Fd(const Fd&) = delete;
  Fd& operator=(const Fd&) = delete;
  ~Fd() { reset(-1); }

  [[nodiscard]] int get() const noexcept { return fd_; }
  [[nodiscard]] bool valid() const noexcept { return fd_ >= 0; }
  [[nodiscard]] FdRef ref() const noexcept { return FdRef(fd_); }
  [[nodiscard]] int release() noexcept { return std::exchange(fd_, -1); }
  void close() noexcept { reset(-1); }

 private:
  constexpr explicit Fd(int fd) : fd_(fd) {}
  void reset(int fd) noexcept;

  int fd_ = -1;
};

struct Pipe {
  Fd read_end;
  Fd write_end;
};
[[nodiscard]] Result<Pipe> make_pipe();

struct SocketPair {
  Fd first;
  Fd second;
};
// AF_UNIX, SOCK_SEQPACKET: message boundaries are kept.
[[nodiscard]] Result<SocketPair> make_socket_pair();

// A second descriptor of the same open file.
[[nodiscard]] Result<Fd> duplicate(FdRef fd);

}  // namespace podsysctl::linux
