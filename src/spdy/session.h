// SPDX-License-Identifier: Apache-2.0
// Streams within one connection that was upgraded to SPDY/3.1, as a client opens them. Nothing
// blocks: what is to be sent waits here until flush() gets rid of it. There is no flow control:
// the servers that this is spoken with have none either, so a caller keeps has_unsent() in mind.
// Errors: those of http/stream.h and spdy/frame.h. Thread-safety: one thread per object.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"
#include "http/stream.h"
#include "linux/fd.h"
#include "spdy/frame.h"

namespace podsysctl::spdy {

class Session {
 public:
  explicit Session(std::unique_ptr<http::Stream> stream) : stream_(std::move(stream)) {}

  // The number of the new stream.
  [[nodiscard]] std::uint32_t open_stream(std::span<const Header> headers);
  // Any length.
  void send(std::uint32_t stream, std::string_view data);
  // Keeps the connection from counting as idle; the answer is not waited for.
  void ping() { unsent_ += ping_frame(kOwnPing); }
  // Our direction of it ends.
  void finish(std::uint32_t stream);

  // Sends what is taken at once.
  [[nodiscard]] Result<> flush();
  [[nodiscard]] bool has_unsent() const { return !unsent_.empty(); }

  // What has arrived, and false once the server has hung up. Pings are answered here.
  [[nodiscard]] Result<bool> receive(const FrameReader::Use& use);
  [[nodiscard]] linux::FdRef fd() const { return stream_->fd(); }
  [[nodiscard]] bool has_buffered() const { return stream_->has_buffered(); }

 private:
  static constexpr std::uint32_t kOwnPing = 1;  // odd: the client's

  std::unique_ptr<http::Stream> stream_;
  HeaderWriter headers_;
  FrameReader frames_;
  std::string unsent_;
  std::uint32_t next_ = 1;
};

}  // namespace podsysctl::spdy
