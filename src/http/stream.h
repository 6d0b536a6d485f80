// SPDX-License-Identifier: Apache-2.0
// A connection that carries bytes both ways: a unix or TCP socket, or TLS over one. It never blocks
// for longer than it is told; a negative limit waits without one.
// Errors: unavailable where nobody can be reached, timeout, permission for a certificate that is
// not trusted. Thread-safety: one thread per object.
#pragma once

#include <chrono>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"
#include "http/endpoint.h"
#include "linux/fd.h"

namespace podsysctl::http {

class Stream {
 public:
  Stream() = default;
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;
  virtual ~Stream() = default;

  // Some bytes; 0 at the end.
  [[nodiscard]] Result<std::size_t> read(std::span<char> buffer, std::chrono::milliseconds limit);
  // All of it; `limit` counts from the last byte taken.
  [[nodiscard]] virtual Result<> write(std::string_view data, std::chrono::milliseconds limit) = 0;
  // What is taken at once; 0 if nothing is: then poll fd() for both directions.
  [[nodiscard]] virtual Result<std::size_t> write_some(std::string_view data) = 0;
  // Says that nothing more will be written; the other direction goes on.
  [[nodiscard]] virtual Result<> end_writing() = 0;

  // Readable when there may be something to read; look at has_buffered() before polling it.
  [[nodiscard]] virtual linux::FdRef fd() const = 0;
  [[nodiscard]] bool has_buffered() const { return !unread_.empty() || has_decoded(); }
  // Bytes that were read too far: the next read() gives them first.
  void unread(std::string_view data) { unread_.insert(0, data); }

 private:
  [[nodiscard]] virtual Result<std::size_t> receive(std::span<char> buffer,
                                                    std::chrono::milliseconds limit) = 0;
  [[nodiscard]] virtual bool has_decoded() const { return false; }

  std::string unread_;
};

[[nodiscard]] Result<std::unique_ptr<Stream>> connect(const Endpoint& endpoint,
                                                      std::chrono::milliseconds limit);

}  // namespace podsysctl::http
