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

linux::FdRef Connection::feed_fd() const {
  return feed_ && !has_unsent() ? feed_->fd() : linux::FdRef();
}

std::optional<std::chrono::steady_clock::time_point> Connection::deadline() const {
  return feed_ && !has_unsent() ? std::nullopt : std::optional(deadline_);
}

bool Connection::proceed(const Server::Handler& handler) {
  if (!has_unsent()) {
    return read(handler);
  }
  return send_more() && (has_unsent() || feed_ || answer_all({}, handler));
}

bool Connection::read(const Server::Handler& handler) {
  std::array<char, kReadAtOnce> buffer;
  const Result<std::size_t> count =
      linux::receive(socket_.ref(), buffer, std::chrono::milliseconds(0));
  if (!count || *count == 0) {
    return false;
  }
  // While it is fed, nothing is to be said.
  return feed_ || answer_all({buffer.data(), *count}, handler);
}

// Requests that came, up to one whose answer is not taken at once.
bool Connection::answer_all(std::string_view data, const Server::Handler& handler) {
  for (;;) {
    const Result<std::optional<Request>> request = parser_.feed(data);
    if (!request) {
      const Answer answer = refusal(request.error());
      ends_ = true;
      return send(header_of(answer, false) + answer.body);
    }
    if (!*request) {
      return true;
    }
    if (!answer(handler, **request)) {
      return false;
    }
    if (has_unsent() || feed_) {
      return true;
    }
    data = {};
  }
}

bool Connection::answer(const Server::Handler& handler, const Request& request) {
  Answer answer = handler(request, caller_);
  const bool keep = parser_.keeps_connection() && !answer.feed;
  const bool bodiless = request.method == "HEAD";
  const bool feeds = answer.feed && !bodiless;
  ends_ = !keep && !feeds;
  if (!send(header_of(answer, keep) + (bodiless ? "" : answer.body))) {
    return false;
  }
  if (feeds) {
    feed_ = std::move(answer.feed);
    return has_unsent() || pass_on();
  }
  return true;
}

bool Connection::pass_on() {
  const Result<std::string> text = feed_->next();
  return text && (text->empty() || send(fmt::format("{:x}\r\n{}\r\n", text->size(), *text)));
}

// Only where nothing is unsent.
bool Connection::send(std::string data) {
  unsent_ = std::move(data);
  sent_ = 0;
  deadline_ = std::chrono::steady_clock::now() + time_;
  return send_more();
}

bool Connection::send_more() {
  while (has_unsent()) {
    const Result<std::size_t> taken =
        linux::send_some(socket_.ref(), std::string_view(unsent_).substr(sent_));
    if (!taken) {
      return false;
    }
    if (*taken == 0) {
      return true;
    }
    sent_ += *taken;
    deadline_ = std::chrono::steady_clock::now() + time_;
  }
  unsent_ = {};
  sent_ = 0;
  return !ends_;
}

}  // namespace podsysctl::http
