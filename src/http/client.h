// SPDX-License-Identifier: Apache-2.0
// A client of HTTP/1.1 servers (RFC 9112) over unix sockets, TCP and TLS. Plain calls share one
// connection, which is kept; a response that streams, and a connection that was upgraded (docker's
// attach and exec), have one of their own.
// Errors name the server and the call: unavailable where it cannot be reached or hangs up, timeout,
// invalid_argument for an answer that is no HTTP or beyond the limits. A status of 400 or more is
// no error here. Thread-safety: one thread per object.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"
#include "http/endpoint.h"
#include "http/message.h"
#include "http/response_parser.h"
#include "http/stream.h"

namespace podsysctl::http {

// Negative: without end.
struct ClientLimits {
  std::chrono::milliseconds connect{10'000};
  std::chrono::milliseconds answer{120'000};        // without a byte either way
  std::size_t body_bytes = std::size_t{16} << 20U;  // of a whole response
};

// A response whose body comes bit by bit. Not to be used after take_stream().
class Response {
 public:
  [[nodiscard]] int status() const { return parser_.status(); }
  [[nodiscard]] const Headers& headers() const { return parser_.headers(); }
  // More of the body, at most about 64 KiB; "" at its end.
  [[nodiscard]] Result<std::string> read(std::chrono::milliseconds limit);
  // The rest of it; invalid_argument if that is more than `most` bytes.
  [[nodiscard]] Result<std::string> read_all(std::size_t most, std::chrono::milliseconds limit);
  // To poll; look at has_buffered() before.
  [[nodiscard]] linux::FdRef fd() const { return stream_->fd(); }
  [[nodiscard]] bool has_buffered() const { return !data_.empty() || stream_->has_buffered(); }
  // The connection, for what follows an upgrade; what has come already is read first.
  [[nodiscard]] std::unique_ptr<Stream> take_stream();

 private:
  friend class Client;
  Response(std::unique_ptr<Stream> stream, std::string name)
      : stream_(std::move(stream)), name_(std::move(name)) {}
  [[nodiscard]] Result<> read_header(ResponseParser::Body body, std::chrono::milliseconds limit);
  [[nodiscard]] Result<bool> receive(std::chrono::milliseconds limit);
  [[nodiscard]] bool is_reusable() const;

  std::unique_ptr<Stream> stream_;
  std::string name_;  // "docker: GET /version", before errors
  ResponseParser parser_;
  std::string data_;  // received and not parsed
  bool ended_ = false;
};

class Client {
 public:
  // Connects when it is needed.
  explicit Client(Endpoint endpoint, ClientLimits limits = {});
  Client(Client&&) noexcept = default;
  Client& operator=(Client&&) noexcept = default;
  ~Client() = default;

  // The whole answer.
  [[nodiscard]] Result<Reply> call(const Request& request);
  // The same, waiting for the answer as long as `limit`.
  [[nodiscard]] Result<Reply> call(const Request& request, std::chrono::milliseconds limit);
  // The answer's header; the rest is read by the caller.
  [[nodiscard]] Result<Response> open(const Request& request, std::chrono::milliseconds limit);

  [[nodiscard]] const Endpoint& endpoint() const { return endpoint_; }

 private:
  [[nodiscard]] Result<Response> send(const Request& request, std::unique_ptr<Stream> stream,
                                      std::chrono::milliseconds limit);
  [[nodiscard]] std::unique_ptr<Stream> take_idle();
  [[nodiscard]] Result<std::unique_ptr<Stream>> connect_anew() const;
  [[nodiscard]] std::string name_of(const Request& request) const;

  Endpoint endpoint_;
  ClientLimits limits_;
  std::unique_ptr<Stream> idle_;
};

}  // namespace podsysctl::http
