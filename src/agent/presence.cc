// SPDX-License-Identifier: Apache-2.0
#include "agent/presence.h"

#include <algorithm>
#include <chrono>

#include <fmt/core.h>

#include "linux/stream_socket.h"

namespace podsysctl::agent {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kFirstPause{100};
constexpr milliseconds kLongestPause{5000};

}  // namespace

void Presence::came(const std::string& runtime) {
  {
    const std::scoped_lock lock(mutex_);
    state_.connected = true;
    state_.runtime = runtime;
    ++state_.connections;
    state_.last_error.clear();
  }
  say(LogLevel::info, fmt::format("connected to {}", runtime));
}

void Presence::lost(const std::string& why) {
  {
    const std::scoped_lock lock(mutex_);
    if (!state_.connected && state_.last_error == why) {
      return;
    }
    state_.connected = false;
    state_.last_error = why;
  }
  say(LogLevel::warning, fmt::format("{}; trying again", why));
}

DoorState Presence::state() const {
  const std::scoped_lock lock(mutex_);
  return state_;
}

void Presence::say(LogLevel level, const std::string& message) const {
  log_.say(level, fmt::format("{}: {}", state_.kind, message));
}

Result<> keep_trying(Presence& presence, linux::FdRef stop,
                     const std::function<Result<Parting>()>& serve) {
  milliseconds pause = kFirstPause;
  for (;;) {
    const std::uint64_t before = presence.state().connections;
    const Result<Parting> parting = serve();
    if (parting && *parting == Parting::stopped) {
      return {};
    }
    presence.lost(parting ? "the runtime ended the connection" : parting.error().message);
    // A runtime that was there is likely to be back soon.
    pause =
        presence.state().connections > before ? kFirstPause : std::min(pause * 2, kLongestPause);
    PSYS_TRY_ASSIGN(const bool stopped,
                    linux::wait_until_ready(stop, linux::Readiness::reading, pause));
    if (stopped) {
      return {};
    }
  }
}

}  // namespace podsysctl::agent
