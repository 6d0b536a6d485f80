// SPDX-License-Identifier: Apache-2.0
#include "cli/agent_follow.h"

#include <chrono>
#include <string>
#include <utility>

#include "base/strings.h"
#include "docker/address.h"
#include "engine/cri/endpoint.h"

namespace podsysctl::cli {
namespace {

constexpr std::size_t kUsualInterval = 1000;  // milliseconds
constexpr std::size_t kLeastInterval = 10;
constexpr std::size_t kLongestInterval = 3'600'000;

using Interface = agent::Followed::Interface;

Result<agent::Followed> docker_at(std::string host) {
  docker::Surroundings surroundings = docker::read_surroundings();
  if (host.starts_with('/')) {
    host = "unix://" + host;
  }
  if (!host.empty()) {
    surroundings.host = host;
  }
  PSYS_TRY_ASSIGN(const http::Endpoint endpoint, docker::find_daemon(surroundings));
  if (endpoint.kind != http::Endpoint::Kind::unix_socket) {
    return Error::of(Code::unsupported,
                     "{} is no unix socket: a daemon whose containers are given parameters has to "
                     "be on this machine",
                     in_quotes(endpoint.text));
  }
  return agent::Followed{Interface::docker, endpoint.path};
}

Result<agent::Followed> cri_at(const std::string& endpoint) {
  PSYS_TRY_ASSIGN(const std::string found,
                  engine::find_endpoint(endpoint, engine::usual_sockets()));
  PSYS_TRY_ASSIGN(std::string socket, engine::socket_of_endpoint(found));
  return agent::Followed{Interface::cri, std::move(socket)};
}

}  // namespace

Result<agent::Followed> parse_followed(std::string_view text) {
  const std::size_t mark = text.find('=');
  const std::string_view name = text.substr(0, mark);
  const std::string place(mark == std::string_view::npos ? "" : text.substr(mark + 1));
  const bool is_given = mark == std::string_view::npos || !place.empty();
  if (is_given && name == "docker") {
    return with_context(docker_at(place), "--follow");
  }
  if (is_given && name == "cri") {
    return with_context(cri_at(place), "--follow");
  }
  return Error::of(Code::invalid_argument,
                   "--follow {}: it is docker, docker=HOST, cri or cri=ENDPOINT", in_quotes(text));
}

void add_follow_flags(Command& app, FollowFlags& flags) {
  app.option("follow", "RUNTIME",
             "Follow a runtime that asks nobody: docker, docker=HOST, cri or cri=ENDPOINT; may be "
             "given again",
             flags.followed);
  app.option("follow-interval", "MILLISECONDS",
             "Between two looks at a runtime of --follow cri that has no events (default 1000)",
             flags.interval);
  app.flag("live-sockets",
           "Where values come after a pod's start, give them to its open sockets too: listeners "
           "listen again",
           flags.live_sockets);
}

Result<> take(const FollowFlags& flags, agent::Options& options) {
  const std::size_t interval = flags.interval.value_or(kUsualInterval);
  if (interval < kLeastInterval || interval > kLongestInterval) {
    return Error::of(Code::invalid_argument, "--follow-interval {}: it is {} to {} milliseconds",
                     interval, kLeastInterval, kLongestInterval);
  }
  for (const std::string& text : flags.followed) {
    PSYS_TRY_ASSIGN(agent::Followed followed, parse_followed(text));
    followed.interval = std::chrono::milliseconds(interval);
    options.followed.push_back(std::move(followed));
  }
  options.sockets =
      flags.live_sockets ? live::ExistingSockets::refresh : live::ExistingSockets::leave;
  return {};
}

}  // namespace podsysctl::cli
