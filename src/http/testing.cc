// SPDX-License-Identifier: Apache-2.0
#include "http/testing.h"

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <cstring>
#include <optional>

#include <fmt/format.h>

#include "base/strings.h"

namespace podsysctl::http {
namespace {

// Length of the first request in `data`, nothing while it is not whole.
std::optional<std::size_t> request_length(std::string_view data) {
  const std::size_t head = data.find("\r\n\r\n");
  if (head == std::string_view::npos) {
    return std::nullopt;
  }
  constexpr std::string_view kLength = "Content-Length: ";
  std::size_t body = 0;
  if (const std::size_t at = data.find(kLength); at < head) {
    const std::size_t from = at + kLength.size();
    body = parse_number<std::size_t>(data.substr(from, data.find('\r', from) - from)).value_or(0);
  } else if (data.find("Transfer-Encoding: chunked") < head) {
    const std::size_t end = data.find("\r\n0\r\n\r\n", head);
    return end == std::string_view::npos ? std::nullopt : std::optional(end + 7);
  }
  const std::size_t whole = head + 4 + body;
  return data.size() < whole ? std::nullopt : std::optional(whole);
}

}  // namespace

FakeServer::FakeServer(Answer answer) : answer_(std::move(answer)) {
  listener_ = linux::Fd::adopt(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string path = folder_ / "s";
  std::memcpy(address.sun_path, path.data(), path.size());
  if (::bind(listener_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
      ::listen(listener_.get(), 8) != 0) {
    std::abort();
  }
  auto pipe = linux::make_pipe();
  if (!pipe) {
    std::abort();
  }
  stop_ = std::move(pipe->read_end);
  stop_writer_ = std::move(pipe->write_end);
  thread_ = std::thread([this] { serve(); });
}

FakeServer::~FakeServer() {
  stop_writer_.close();
  thread_.join();
}

Endpoint FakeServer::endpoint() const {
  const std::string path = folder_ / "s";
  return {.path = path, .text = "unix://" + path};
}

std::vector<std::string> FakeServer::requests() const {
  const std::lock_guard guard(mutex_);
  return requests_;
}

int FakeServer::connections() const {
  const std::lock_guard guard(mutex_);
  return connections_;
}

std::string FakeServer::reply(int status, std::string_view body, std::string_view headers) {
  return fmt::format("HTTP/1.1 {} X\r\n{}Content-Length: {}\r\n\r\n{}", status, headers,
                     body.size(), body);
}

// Connections are served one after another, a fresh one as soon as it comes.
void FakeServer::serve() {
  std::vector<linux::Fd> open;
  std::vector<std::string> received;
  for (;;) {
    std::vector<pollfd> events{{stop_.get(), POLLIN, 0}, {listener_.get(), POLLIN, 0}};
    for (const linux::Fd& socket : open) {
      events.push_back({socket.get(), POLLIN, 0});
    }
    ::poll(events.data(), events.size(), -1);
    if (events[0].revents != 0) {
      return;
    }
    for (std::size_t i = open.size(); i-- > 0;) {
      if (events[i + 2].revents != 0 && !serve_once(open[i].ref(), received[i])) {
        open.erase(open.begin() + static_cast<std::ptrdiff_t>(i));
        received.erase(received.begin() + static_cast<std::ptrdiff_t>(i));
      }
    }
    if (events[1].revents != 0) {
      open.push_back(linux::Fd::adopt(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC)));
      received.emplace_back();
      const std::lock_guard guard(mutex_);
      ++connections_;
    }
  }
}

bool FakeServer::serve_once(linux::FdRef socket, std::string& received) {
  std::array<char, 65536> buffer{};
  const ssize_t count = ::recv(socket.get(), buffer.data(), buffer.size(), 0);
  if (count <= 0) {
    return false;
  }
  received.append(buffer.data(), static_cast<std::size_t>(count));
  while (const auto length = request_length(received)) {
    const std::string request = received.substr(0, *length);
    received.erase(0, *length);
    {
      const std::lock_guard guard(mutex_);
      requests_.push_back(request);
    }
    const std::string answer = answer_(request);
    if (answer.empty()) {
      return false;
    }
    // "\xff" at the end: say this much and hang up.
    const bool hang_up = answer.back() == '\xff';
    const std::size_t size = answer.size() - (hang_up ? 1 : 0);
    if (::send(socket.get(), answer.data(), size, MSG_NOSIGNAL) < 0 || hang_up) {
      return false;
    }
  }
  return true;
}

}  // namespace podsysctl::http
