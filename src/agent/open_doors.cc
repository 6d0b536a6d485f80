// SPDX-License-Identifier: Apache-2.0
#include "agent/open_doors.h"

#include <optional>
#include <utility>

#include "agent/cri_door.h"
#include "agent/docker_door.h"
#include "agent/nri_door.h"

namespace podsysctl::agent {
namespace {

std::unique_ptr<Door> open_follower(const Followed& followed, PodKeeper& keeper, const Clock& clock,
                                    Log& log) {
  if (followed.interface == Followed::Interface::cri) {
    return std::make_unique<CriDoor>(keeper, log, followed.socket, followed.interval);
  }
  return std::make_unique<DockerDoor>(
      keeper, clock, log,
      http::Endpoint{.path = followed.socket, .text = "unix://" + followed.socket});
}

}  // namespace

// A runtime that started the agent has handed over a connection: then that is the NRI door.
Result<std::vector<std::unique_ptr<Door>>> open_doors(const Options& options,
                                                      const nri::Environment& environment,
                                                      PodKeeper& keeper, const Clock& clock,
                                                      Log& log) {
  PSYS_TRY_ASSIGN(std::optional<nri::Connection> handed_over, nri::handed_over(environment));
  std::vector<std::unique_ptr<Door>> doors;
  const bool has_socket = !options.nri_socket.empty() && options.nri_socket != kNoDoor;
  if (handed_over || has_socket) {
    doors.push_back(std::make_unique<NriDoor>(
        keeper, log, NriWay{options.nri_socket, options.identity, std::move(handed_over)}));
  }
  for (const Followed& followed : options.followed) {
    doors.push_back(open_follower(followed, keeper, clock, log));
  }
  if (doors.empty()) {
    return Error::of(Code::invalid_argument,
                     "no door is open: the agent would hear of no pod; give --nri-socket or "
                     "--follow");
  }
  return doors;
}

}  // namespace podsysctl::agent
