// SPDX-License-Identifier: Apache-2.0
// The door to Docker, which asks nobody before it starts a container: its events are followed, and
// values come right after the start. A daemon that ended is waited for, and its containers are
// looked at when it is back. Thread-safety: as agent/door.h has it.
#pragma once

#include "agent/door.h"
#include "agent/pod_keeper.h"
#include "agent/presence.h"
#include "base/clock.h"
#include "base/log.h"
#include "docker/daemon.h"
#include "http/endpoint.h"

namespace podsysctl::agent {

class DockerDoor final : public Door {
 public:
  // `endpoint` is a unix socket: what a daemon of another machine says cannot be used here.
  DockerDoor(PodKeeper& keeper, const Clock& clock, Log& log, http::Endpoint endpoint)
      : keeper_(keeper),
        clock_(clock),
        endpoint_(std::move(endpoint)),
        presence_("docker", endpoint_.text, log),
        source_{.door = endpoint_.text, .runtime = ""} {}

  [[nodiscard]] Result<> run(linux::FdRef stop) override;
  [[nodiscard]] DoorState state() const override { return presence_.state(); }

 private:
  [[nodiscard]] Result<Parting> serve(linux::FdRef stop);
  [[nodiscard]] Result<> look_at_all(docker::Daemon& daemon);
  [[nodiscard]] Result<> hear(docker::Daemon& daemon, const docker::Event& event);
  [[nodiscard]] Result<std::optional<Sandbox>> look_at(docker::Daemon& daemon,
                                                       const std::string& id) const;

  PodKeeper& keeper_;
  const Clock& clock_;
  http::Endpoint endpoint_;
  Presence presence_;
  Source source_;  // of the thread that runs
};

}  // namespace podsysctl::agent
