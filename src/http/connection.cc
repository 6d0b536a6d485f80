// SPDX-License-Identifier: Apache-2.0
#include "http/connection.h"

#include <array>
#include <utility>

#include <fmt/core.h>

#include "linux/stream_socket.h"

namespace podsysctl::http {
namespace {

constexpr std::size_t kReadAtOnce = 16384;

std::string header_of(const Answer& answer, bool keeps_connection) {
  std::string header = fmt::format("HTTP/1.1 {} {}\r\nContent-Type: {}\r\nConnection: {}\r\n",
                                   answer.status, reason_of(answer.status), answer.content_type,
                                   keeps_connection ? "keep-alive" : "close");
  header += answer.feed ? "Transfer-Encoding: chunked\r\n\r\n"
                        : fmt::format("Content-Length: {}\r\n\r\n", answer.body.size());
  return header;
}

Answer refusal(const Error& error) {
  return {.status = 400, .content_type = "text/plain", .body = error.message + "\n", .feed = {}};
}

}  // namespace

Connection::Connection(linux::Fd socket, Caller caller, RequestLimits limits,
                       std::chrono::milliseconds time)
    : socket_(std::move(socket)),
      caller_(std::move(caller)),
      parser_(limits),
      time_(time),
      deadline_(std::chrono::steady_clock::now() + time) {}

linux::FdRef Connection::feed_fd() const { return feed_ ? feed_->fd() : linux::FdRef(); }

std::optional<std::chrono::steady_clock::time_point> Connection::deadline() const {
  return feed_ ? std::nullopt : std::optional(deadline_);
}

bool Connection::read(const Server::Handler& handler) {
  std::array<char, kReadAtOnce> buffer;
  const Result<std::size_t> count =
      linux::receive(socket_.ref(), buffer, std::chrono::milliseconds(0));
  if (!count || *count == 0) {
    return false;
  }
  if (feed_) {
    return true;  // nothing is to be said meanwhile
  }
  std::string_view data(buffer.data(), *count);
  for (;;) {
    const Result<std::optional<Request>> request = parser_.feed(data);
    if (!request) {
      const Answer answer = refusal(request.error());
      (void)send(header_of(answer, false) + answer.body);
      return false;
    }
    if (!*request) {
      return true;
    }
    if (!answer(handler, **request)) {
      return false;
    }
    data = {};
  }
}

bool Connection::answer(const Server::Handler& handler, const Request& request) {
  Answer answer = handler(request, caller_);
  const bool keep = parser_.keeps_connection() && !answer.feed;
  const bool bodiless = request.method == "HEAD";
  if (!send(header_of(answer, keep) + (bodiless ? "" : answer.body))) {
    return false;
  }
  deadline_ = std::chrono::steady_clock::now() + time_;
  if (answer.feed && !bodiless) {
    feed_ = std::move(answer.feed);
    return pass_on();
  }
  return keep;
}

bool Connection::pass_on() {
  const Result<std::string> text = feed_->next();
  return text && (text->empty() || send_chunk(*text));
}

bool Connection::send(std::string_view data) {
  return linux::send_all(socket_.ref(), data, time_).has_value();
}

bool Connection::send_chunk(std::string_view data) {
  return send(fmt::format("{:x}\r\n{}\r\n", data.size(), data));
}

}  // namespace podsysctl::http
