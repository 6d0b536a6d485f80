// SPDX-License-Identifier: Apache-2.0
#include "agent/docker_door.h"

#include <optional>
#include <string>
#include <vector>

#include "agent/docker_sandbox.h"
#include "base/printable.h"

namespace podsysctl::agent {

Result<> DockerDoor::run(linux::FdRef stop) {
  return keep_trying(presence_, stop, [&] { return serve(stop); });
}

Result<Parting> DockerDoor::serve(linux::FdRef stop) {
  // What starts while we look is told of as well, and recognised.
  const Timestamp since = clock_.now();
  PSYS_TRY_ASSIGN(docker::Daemon daemon, docker::Daemon::open(endpoint_));
  source_.runtime = printable(fmt::format("docker {}", daemon.version().version));
  PSYS_TRY(look_at_all(daemon));
  presence_.came(source_.runtime);
  PSYS_TRY(daemon.follow_containers(
      since, stop, [&](const docker::Event& event) { return hear(daemon, event); }));
  return Parting::stopped;
}

Result<> DockerDoor::look_at_all(docker::Daemon& daemon) {
  PSYS_TRY_ASSIGN(const std::vector<docker::ListedContainer> running, daemon.running());
  std::vector<std::string> ids;
  for (const docker::ListedContainer& listed : running) {
    PSYS_TRY_ASSIGN(const std::optional<Sandbox> sandbox, look_at(daemon, listed.id));
    if (sandbox) {
      keeper_.found(*sandbox);
      ids.push_back(sandbox->id);
    }
  }
  keeper_.keep_only(source_, ids);
  return {};
}

Result<> DockerDoor::hear(docker::Daemon& daemon, const docker::Event& event) {
  if (event.action == "die") {
    keeper_.gone(event.container_id);
    return {};
  }
  PSYS_TRY_ASSIGN(const std::optional<Sandbox> sandbox, look_at(daemon, event.container_id));
  if (sandbox) {
    keeper_.follow(*sandbox);
  }
  return {};
}

// Nothing for one that is no sandbox, or was removed by now.
Result<std::optional<Sandbox>> DockerDoor::look_at(docker::Daemon& daemon,
                                                   const std::string& id) const {
  const Result<docker::Container> container = daemon.inspect(id);
  if (!container && container.error().code == Code::not_found) {
    return std::nullopt;
  }
  PSYS_TRY(container);
  return sandbox_of(*container, source_);
}

}  // namespace podsysctl::agent
