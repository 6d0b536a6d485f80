// SPDX-License-Identifier: Apache-2.0
// One client of a Server. Private to src/http. Thread-safety: one thread.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string_view>

#include "http/request_parser.h"
#include "http/server.h"
#include "linux/fd.h"

namespace podsysctl::http {

class Connection {
 public:
  Connection(linux::Fd socket, Caller caller, RequestLimits limits, std::chrono::milliseconds time);

  [[nodiscard]] linux::FdRef fd() const noexcept { return socket_.ref(); }
  [[nodiscard]] linux::FdRef feed_fd() const;
  // When it is given up; unset while it is fed.
  [[nodiscard]] std::optional<std::chrono::steady_clock::time_point> deadline() const;

  // What the client sent, and our answers; false once the connection has ended.
  [[nodiscard]] bool read(const Server::Handler& handler);
  // What the feed has; false as above.
  [[nodiscard]] bool pass_on();

 private:
  [[nodiscard]] bool answer(const Server::Handler& handler, const Request& request);
  [[nodiscard]] bool send(std::string_view data);
  [[nodiscard]] bool send_chunk(std::string_view data);

  linux::Fd socket_;
  Caller caller_;
  RequestParser parser_;
  std::chrono::milliseconds time_;
  std::chrono::steady_clock::time_point deadline_;
  std::unique_ptr<Feed> feed_;
};

}  // namespace podsysctl::http
