// SPDX-License-Identifier: Apache-2.0
// One client of a Server, which is never waited for. Private to src/http. Thread-safety: one
// thread.
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "http/request_parser.h"
#include "http/server.h"
#include "linux/fd.h"

namespace podsysctl::http {

class Connection {
 public:
  Connection(linux::Fd socket, Caller caller, RequestLimits limits, std::chrono::milliseconds time);

  [[nodiscard]] linux::FdRef fd() const noexcept { return socket_.ref(); }
  // Whether the client's reading is waited for, and not what it has to say.
  [[nodiscard]] bool has_unsent() const noexcept { return sent_ < unsent_.size(); }
  // Invalid where nothing is to be passed on now.
  [[nodiscard]] linux::FdRef feed_fd() const;
  [[nodiscard]] bool is_fed() const noexcept { return feed_ != nullptr; }
  // When it is given up; unset while nothing is expected of it.
  [[nodiscard]] std::optional<std::chrono::steady_clock::time_point> deadline() const;

  // Whether it had nothing for us when it was looked at last. A new one has not been looked at.
  void note_look(bool ready) noexcept { quiet_ = !ready; }
  [[nodiscard]] bool is_quiet() const noexcept { return quiet_; }

  // Once fd() is ready: what the client sent, and our answers; or more of what it has not taken.
  // False once the connection has ended.
  [[nodiscard]] bool proceed(const Server::Handler& handler);
  // What the feed has; false as above.
  [[nodiscard]] bool pass_on();

 private:
  [[nodiscard]] bool read(const Server::Handler& handler);
  [[nodiscard]] bool answer_all(std::string_view data, const Server::Handler& handler);
  [[nodiscard]] bool answer(const Server::Handler& handler, const Request& request);
  [[nodiscard]] bool send(std::string data);
  [[nodiscard]] bool send_more();

  linux::Fd socket_;
  Caller caller_;
  RequestParser parser_;
  std::chrono::milliseconds time_;
  std::chrono::steady_clock::time_point deadline_;
  std::unique_ptr<Feed> feed_;
  std::string unsent_;
  std::size_t sent_ = 0;  // of it
  bool quiet_ = false;
  bool ends_ = false;  // when all is sent
};

}  // namespace podsysctl::http
