// SPDX-License-Identifier: Apache-2.0
// What the daemon says of its containers by itself.
#include <poll.h>

#include <array>
#include <cerrno>

#include "docker/answer.h"
#include "docker/daemon.h"
#include "docker/decode.h"
#include "docker/lines.h"

namespace podsysctl::docker {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kAnswer{30'000};

std::string events_path(Timestamp since) {
  constexpr std::int64_t kMicros = 1'000'000;
  const std::int64_t micros = since.time_since_epoch().count();
  constexpr std::string_view kFilters = R"({"type":["container"],"event":["start","die"]})";
  return fmt::format("/events?since={}.{:06}000&filters={}", micros / kMicros, micros % kMicros,
                     http::percent_encoded(kFilters));
}

// True once `stop` is readable; false where something has come.
Result<bool> wait_for_more(const http::Response& response, linux::FdRef stop) {
  std::array<pollfd, 2> entries{{{response.fd().get(), POLLIN, 0}, {stop.get(), POLLIN, 0}}};
  if (::poll(entries.data(), entries.size(), -1) < 0 && errno != EINTR) {
    return Error::from_errno(errno, "wait for Docker's events");
  }
  return entries[1].revents != 0;
}

}  // namespace

Result<> Daemon::follow_containers(Timestamp since, linux::FdRef stop, const OnEvent& on_event) {
  PSYS_TRY_ASSIGN(
      http::Response response,
      check_reached(endpoint(), client_.open(request("GET", events_path(since), {}), kAnswer)));
  if (response.status() >= 400) {
    PSYS_TRY_ASSIGN(const std::string body, response.read_all(kErrorBytes, kAnswer));
    return refused(response.status(), body);
  }
  const auto hear = [&](std::string_view line) -> Result<> {
    PSYS_TRY_ASSIGN(const Event event, decode_event(line));
    return on_event(event);
  };
  LineReader lines;
  for (;;) {
    const Result<std::string> piece = response.read(milliseconds(0));
    if (!piece && piece.error().code == Code::timeout) {
      PSYS_TRY_ASSIGN(const bool stopped, wait_for_more(response, stop));
      if (stopped) {
        return {};
      }
      continue;
    }
    PSYS_TRY(piece);
    if (piece->empty()) {
      return Error::of(Code::unavailable, "{}: the daemon ended its events", endpoint().text);
    }
    PSYS_TRY(lines.feed(*piece, hear));
  }
}

}  // namespace podsysctl::docker
