// SPDX-License-Identifier: Apache-2.0
#include "http/server.h"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <optional>
#include <utility>
#include <vector>

#include <fmt/core.h>

#include "http/connection.h"
#include "linux/listen.h"
#include "linux/poll_timeout.h"

namespace podsysctl::http {
namespace {

using std::chrono::milliseconds;
using Steady = std::chrono::steady_clock;

// Nobody where it may not connect.
std::optional<Caller> caller_of(linux::FdRef connection) {
  const Result<linux::Peer> peer = linux::peer_of(connection);
  if (!peer || (peer->uid != 0 && peer->uid != ::geteuid())) {
    return std::nullopt;
  }
  return Caller{*peer, linux::peer_process(connection).value_or(linux::Fd())};
}

}  // namespace

struct Server::Parts {
  std::string path;
  Handler handler;
  ServerLimits limits;
  linux::Fd listener;
  std::vector<std::unique_ptr<Connection>> connections;

  // Where there is no room, the others wait to be accepted.
  Result<> accept_all() {
    while (connections.size() < limits.connections || quietest() != connections.end()) {
      PSYS_TRY_ASSIGN(std::optional<linux::Fd> fd, linux::accept_one(listener.ref()));
      if (!fd) {
        return {};
      }
      if (std::optional<Caller> caller = caller_of(fd->ref())) {
        if (connections.size() >= limits.connections) {
          connections.erase(quietest());
        }
        connections.push_back(std::make_unique<Connection>(*std::move(fd), *std::move(caller),
                                                           limits.request, limits.time));
      }
    }
    return {};
  }

  // Whose place another may have: of those that we wait for, who has kept us waiting longest.
  std::vector<std::unique_ptr<Connection>>::iterator quietest() {
    const auto rank = [](const std::unique_ptr<Connection>& connection) {
      return connection->is_quiet() ? connection->deadline().value_or(Steady::time_point::max())
                                    : Steady::time_point::max();
    };
    const auto found = std::ranges::min_element(connections, {}, rank);
    return found != connections.end() && rank(*found) != Steady::time_point::max()
               ? found
               : connections.end();
  }

  Answer answer(const Request& request, const Caller& caller) const {
    Answer answer = handler(request, caller);
    if (answer.feed && feeds() >= limits.feeds) {
      return {.status = 503,
              .content_type = "text/plain",
              .body = fmt::format("{} clients follow already\n", limits.feeds),
              .feed = {}};
    }
    return answer;
  }

  std::size_t feeds() const {
    return static_cast<std::size_t>(std::ranges::count_if(
        connections, [](const auto& connection) { return connection && connection->is_fed(); }));
  }

  // One entry for each connection and one for its feed (or -1, which poll(2) passes over).
  std::vector<pollfd> entries(linux::FdRef stop) const {
    std::vector<pollfd> entries{{stop.get(), POLLIN, 0}, {listener.get(), POLLIN, 0}};
    for (const auto& connection : connections) {
      const short wish = connection->has_unsent() ? POLLOUT : POLLIN;
      entries.push_back({connection->fd().get(), wish, 0});
      entries.push_back({connection->feed_fd().get(), POLLIN, 0});
    }
    return entries;
  }

  milliseconds time_left() const {
    std::optional<Steady::time_point> first;
    for (const auto& connection : connections) {
      if (const auto deadline = connection->deadline()) {
        first = std::min(first.value_or(*deadline), *deadline);
      }
    }
    return first
               ? std::max(milliseconds(0), std::chrono::ceil<milliseconds>(*first - Steady::now()))
               : milliseconds(-1);
  }

  void serve_connections(const std::vector<pollfd>& entries) {
    const Steady::time_point now = Steady::now();
    const Handler ask = [this](const Request& request, const Caller& caller) {
      return answer(request, caller);
    };
    std::size_t at = 2;
    for (auto& connection : connections) {
      const bool ready = entries[at].revents != 0;
      const bool fed = entries[at + 1].revents != 0;
      at += 2;
      connection->note_look(ready);
      const bool goes_on = (!ready || connection->proceed(ask)) &&
                           (!fed || connection->has_unsent() || connection->pass_on());
      if (!goes_on || connection->deadline().value_or(now + limits.time) <= now) {
        connection.reset();
      }
    }
    std::erase(connections, nullptr);
  }
};

Server::Server(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}

Server::~Server() { ::unlink(parts_->path.c_str()); }

Result<std::unique_ptr<Server>> Server::listen(const std::string& path, Handler handler,
                                               const ServerLimits& limits) {
  auto parts = std::make_unique<Parts>();
  PSYS_TRY_ASSIGN(parts->listener, linux::listen_unix(path, 0600));
  parts->path = path;
  parts->handler = std::move(handler);
  parts->limits = limits;
  return std::unique_ptr<Server>(new Server(std::move(parts)));
}

Result<> Server::serve(linux::FdRef stop) {
  for (;;) {
    std::vector<pollfd> entries = parts_->entries(stop);
    const int timeout = linux::poll_timeout(parts_->time_left());
    if (::poll(entries.data(), entries.size(), timeout) < 0 && errno != EINTR) {
      return Error::from_errno(errno, "serve {}", parts_->path);
    }
    if (entries[0].revents != 0) {
      return {};
    }
    parts_->serve_connections(entries);
    if (entries[1].revents != 0) {
      PSYS_TRY(parts_->accept_all());
    }
  }
}

std::string_view reason_of(int status) noexcept {
  constexpr std::array<std::pair<int, std::string_view>, 9> kReasons{
      {{200, "OK"},
       {400, "Bad Request"},
       {403, "Forbidden"},
       {404, "Not Found"},
       {405, "Method Not Allowed"},
       {409, "Conflict"},
       {422, "Unprocessable Content"},
       {500, "Internal Server Error"},
       {503, "Service Unavailable"}}};
  const auto found = std::ranges::find(kReasons, status, &std::pair<int, std::string_view>::first);
  return found == kReasons.end() ? std::string_view() : found->second;
}

}  // namespace podsysctl::http
