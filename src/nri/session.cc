// SPDX-License-Identifier: Apache-2.0
#include "nri/session.h"

#include <poll.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>

#include "base/strings.h"
#include "linux/poll_timeout.h"
#include "linux/stream_socket.h"
#include "nri/client.h"
#include "nri/mux.h"
#include "nri/plugin_service.h"
#include "nri/server.h"

namespace podsysctl::nri {
namespace {

using std::chrono::milliseconds;

// What this code was written against.
constexpr std::string_view kNriVersion = "v0.12.2";
// The time that a runtime gives a plugin for it.
constexpr std::chrono::seconds kRegistrationLimit{5};
// A runtime that takes no byte for so long has hung up on us already.
constexpr milliseconds kSendLimit{2000};
constexpr std::size_t kReadSize = 65536;

class Session {
 public:
  Session(linux::FdRef connection, Plugin& plugin)
      : connection_(connection),
        service_(plugin),
        server_([this](const Request& request) { return service_.answer(request); }) {}

  Result<> begin(const Identity& identity);
  Result<SessionEnd> run(linux::FdRef stop);

 private:
  // Takes what there is to read; false at the end of it.
  Result<bool> take();
  Result<> take(StreamId stream, std::string_view bytes);
  Result<> send(StreamId stream, std::string_view bytes);
  Result<bool> wait(linux::FdRef stop) const;
  int time_to_wait() const;

  linux::FdRef connection_;
  PluginService service_;
  Server server_;
  Client client_;
  MuxReader mux_;
  Result<> registered_;  // what the runtime answered; good until it did
  std::array<char, kReadSize> buffer_{};
};

Result<> Session::begin(const Identity& identity) {
  const Registration registration{.plugin_name = identity.name,
                                  .plugin_index = identity.index,
                                  .nri_version = std::string(kNriVersion)};
  const Request request{.service = "nri.pkg.api.v1alpha1.Runtime",
                        .method = "RegisterPlugin",
                        .payload = encode(registration),
                        .timeout = kRegistrationLimit};
  PSYS_TRY_ASSIGN(const std::string bytes, client_.begin(request, std::chrono::steady_clock::now(),
                                                         [this](const Result<std::string>& answer) {
                                                           if (!answer) {
                                                             registered_ =
                                                                 std::unexpected(answer.error());
                                                           }
                                                         }));
  return send(StreamId::runtime_service, bytes);
}

Result<SessionEnd> Session::run(linux::FdRef stop) {
  for (;;) {
    PSYS_TRY_ASSIGN(const bool stopped, wait(stop));
    if (stopped) {
      return SessionEnd::stopped;
    }
    PSYS_TRY_ASSIGN(const bool more, take());
    client_.expire(std::chrono::steady_clock::now());
    PSYS_TRY(registered_);
    if (service_.shut_down()) {
      return SessionEnd::shut_down;
    }
    if (!more) {
      return SessionEnd::hung_up;
    }
  }
}

// True when asked to stop; false when there may be something to read or a call's time may be up.
Result<bool> Session::wait(linux::FdRef stop) const {
  std::array<pollfd, 2> entries{{{connection_.get(), POLLIN, 0}, {stop.get(), POLLIN, 0}}};
  if (::poll(entries.data(), entries.size(), time_to_wait()) < 0 && errno != EINTR) {
    return Error::from_errno(errno, "wait for the runtime");
  }
  return entries[1].revents != 0;
}

int Session::time_to_wait() const {
  const std::optional<Moment> deadline = client_.next_deadline();
  if (!deadline) {
    return -1;
  }
  const auto left = std::chrono::ceil<milliseconds>(*deadline - std::chrono::steady_clock::now());
  return linux::poll_timeout(std::max(left, milliseconds(0)));
}

Result<bool> Session::take() {
  Result<std::size_t> count = linux::receive(connection_, buffer_, milliseconds(0));
  if (!count && count.error().code == Code::timeout) {
    return true;
  }
  if (!count && count.error().sys_errno == ECONNRESET) {
    return false;
  }
  PSYS_TRY_ASSIGN(const std::size_t size, std::move(count));
  Result<> taken;
  mux_.feed({buffer_.data(), size}, [&](StreamId stream, std::string_view bytes) {
    if (taken) {
      taken = take(stream, bytes);
    }
  });
  PSYS_TRY(taken);
  return size > 0;
}

Result<> Session::take(StreamId stream, std::string_view bytes) {
  if (stream == StreamId::runtime_service) {
    return client_.feed(bytes);
  }
  Result<> sent;
  server_.feed(bytes, [&](std::string_view reply) {
    if (sent) {
      sent = send(StreamId::plugin_service, reply);
    }
  });
  return sent;
}

Result<> Session::send(StreamId stream, std::string_view bytes) {
  std::string frames;
  append_mux_frames(frames, stream, bytes);
  return linux::send_all(connection_, frames, kSendLimit);
}

bool is_name_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         std::string_view("_.+-").contains(c);
}

}  // namespace

Result<> check(const Identity& identity) {
  if (identity.name.empty() || !std::ranges::all_of(identity.name, is_name_character)) {
    return Error::of(Code::invalid_argument,
                     "plugin name {}: NRI takes letters, digits and any of \"_.+-\"",
                     in_quotes(identity.name));
  }
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  if (identity.index.size() != 2 || !std::ranges::all_of(identity.index, is_digit)) {
    return Error::of(Code::invalid_argument, "plugin index {}: NRI takes two digits, as \"10\"",
                     in_quotes(identity.index));
  }
  return {};
}

Result<SessionEnd> serve(linux::FdRef connection, const Identity& identity, Plugin& plugin,
                         linux::FdRef stop) {
  PSYS_TRY(check(identity));
  const auto session = std::make_unique<Session>(connection, plugin);
  PSYS_TRY(with_context(session->begin(identity), "register with the runtime"));
  return session->run(stop);
}

}  // namespace podsysctl::nri
