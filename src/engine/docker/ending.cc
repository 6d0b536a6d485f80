// SPDX-License-Identifier: Apache-2.0
#include "engine/docker/ending.h"

#include <signal.h>

#include <algorithm>
#include <string>

#include "engine/docker/names.h"

namespace podsysctl::engine {
namespace {

using docker::Daemon;
using std::chrono::milliseconds;
using Steady = std::chrono::steady_clock;

Result<> end_by(Daemon& daemon, const std::string& id, milliseconds limit) {
  const Result<int> ended = daemon.wait(id, limit);
  if (ended || ended.error().code == Code::not_found) {
    return {};
  }
  if (ended.error().code != Code::timeout) {
    return std::unexpected(ended.error());
  }
  PSYS_TRY(daemon.kill(id, SIGKILL));
  PSYS_TRY(daemon.wait(id, kEndLimit));
  return {};
}

}  // namespace

Result<> end_containers(Daemon& daemon, const std::vector<StopRequest>& requests,
                        milliseconds grace) {
  const auto deadline = Steady::now() + grace;
  for (const StopRequest& request : requests) {
    PSYS_TRY(daemon.kill(docker_id(request.container), request.signal));
  }
  for (const StopRequest& request : requests) {
    const auto left = std::chrono::duration_cast<milliseconds>(deadline - Steady::now());
    PSYS_TRY(end_by(daemon, docker_id(request.container), std::max(left, milliseconds(1))));
  }
  return {};
}

}  // namespace podsysctl::engine
