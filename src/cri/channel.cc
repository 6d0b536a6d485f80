// SPDX-License-Identifier: Apache-2.0
#include "cri/channel.h"

#include <algorithm>
#include <optional>
#include <thread>

#include "base/strings.h"
#include "cri/connection.h"
#include "cri/grpc_status.h"
#include "cri/http2_session.h"

namespace podsysctl::cri {
namespace {

using std::chrono::milliseconds;
using Steady = std::chrono::steady_clock;

std::unexpected<Error> broken(std::string_view method, const std::string& why) {
  return Error::of(Code::unavailable, "{}: the connection to the container runtime broke: {}",
                   method, why);
}

// So containerd answers from its start until it has found its pods again, with one code or another;
// nothing was done then.
constexpr milliseconds kStartLimit{20'000};
constexpr milliseconds kStartPause{50};

bool is_starting(const Error& error) {
  return error.message.contains("server is not initialized yet");
}

std::string path_of(const Method& method) {
  return fmt::format("/{}/{}", method.service, method.name);
}

// What an exchange that has ended comes to.
Result<> outcome_of(const Method& method, const Exchange& exchange) {
  if (exchange.broken) {
    return std::unexpected(Error(*exchange.broken).within(method.name));
  }
  if (exchange.grpc_status && *exchange.grpc_status != kGrpcOk) {
    return std::unexpected(grpc_error(method.name, *exchange.grpc_status, exchange.grpc_message));
  }
  if (exchange.grpc_status) {
    return {};
  }
  if (!exchange.http_status.empty() && exchange.http_status != "200") {
    return Error::of(Code::unavailable, "{}: HTTP status {}: this is no container runtime",
                     method.name, in_quotes(exchange.http_status));
  }
  return broken(method.name,
                fmt::format("the answer ended early (HTTP/2 error {})", exchange.reset_code));
}

}  // namespace

Channel::Channel(std::string socket_path) : socket_path_(std::move(socket_path)) {}
Channel::Channel(Channel&&) noexcept = default;
Channel& Channel::operator=(Channel&&) noexcept = default;
Channel::~Channel() = default;

Result<Connection*> Channel::connection() {
  if (connection_ == nullptr || !connection_->is_usable()) {
    PSYS_TRY_ASSIGN(connection_, Connection::open(socket_path_));
  }
  return connection_.get();
}

Result<std::string> Channel::call(const Method& method, std::string_view request,
                                  milliseconds limit) {
  const Steady::time_point patience = Steady::now() + std::min(limit, kStartLimit);
  for (;;) {
    Result<std::string> answer = call_once(method, request, limit);
    if (answer || !is_starting(answer.error()) || Steady::now() >= patience) {
      return answer;
    }
    std::this_thread::sleep_for(kStartPause);
  }
}

Result<std::string> Channel::call_once(const Method& method, std::string_view request,
                                       milliseconds limit) {
  std::optional<std::string> answer;
  const auto keep = [&](std::string_view message) -> Result<Next> {
    answer = message;
    return Next::go_on;
  };
  PSYS_TRY(exchange(method, request, {.limit = limit, .wake = {}}, keep));
  if (!answer) {
    return Error::of(Code::internal, "{}: the container runtime answered with nothing",
                     method.name);
  }
  return *std::move(answer);
}

Result<> Channel::stream(const Method& method, std::string_view request, linux::FdRef wake,
                         const OnMessage& on_message) {
  return exchange(method, request, {.limit = std::nullopt, .wake = wake}, on_message);
}

Result<> Channel::converse(Connection& connection, const Method& method, const Patience& patience,
                           Exchange& exchange, const OnMessage& on_message) {
  const Deadline deadline =
      patience.limit ? Deadline(Steady::now() + *patience.limit) : std::nullopt;
  for (;;) {
    while (const auto message = exchange.frames.next()) {
      PSYS_TRY_ASSIGN(const Next next, on_message(*message));
      if (next == Next::stop) {
        return {};
      }
    }
    if (exchange.ended || exchange.broken) {
      return outcome_of(method, exchange);
    }
    const Result<Connection::Woken> woken = connection.turn(deadline, patience.wake);
    if (!woken) {
      return broken(method.name, woken.error().message);
    }
    switch (*woken) {
      case Connection::Woken::by_data:
        break;
      case Connection::Woken::by_end:
        return broken(method.name, "it was closed");
      case Connection::Woken::by_wake:
        return {};
      case Connection::Woken::by_time:
        return Error::of(Code::timeout, "{}: the container runtime did not answer within {} ms",
                         method.name, patience.limit->count());
    }
  }
}

Result<> Channel::exchange(const Method& method, std::string_view request, const Patience& patience,
                           const OnMessage& on_message) {
  if (request.size() > kMessageLimit) {
    return Error::of(Code::invalid_argument, "{}: the request has {} bytes, more than {}",
                     method.name, request.size(), kMessageLimit);
  }
  PSYS_TRY_ASSIGN(Connection* const connection, this->connection());
  Exchange exchange{.to_send = frame_of(request)};
  PSYS_TRY_ASSIGN(const std::int32_t stream,
                  connection->session().begin(path_of(method), patience.limit, exchange));
  const Result<> done = converse(*connection, method, patience, exchange, on_message);
  if (connection->is_broken()) {
    connection_.reset();
  } else if (!exchange.ended) {
    connection->session().give_up(stream);
    // A connection that breaks over this is found out by the next call.
    (void)connection->send_all();
  }
  return done;
}

}  // namespace podsysctl::cri
