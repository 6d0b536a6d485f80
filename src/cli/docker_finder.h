// SPDX-License-Identifier: Apache-2.0
// docker:ID as a target: a container of Docker's daemon, whoever made it. The daemon is asked when
// a container is first looked for. Errors: those of docker/daemon.h; not_found where the container
// does not run, unsupported where its processes are not of this machine. Thread-safety: one thread.
#pragma once

#include <optional>

#include "docker/daemon.h"
#include "live/pid_finder.h"

namespace podsysctl::cli {

class DockerFinder final : public live::PidFinder {
 public:
  // An id, the start of one, or a name, as `docker inspect` takes it.
  [[nodiscard]] Result<live::RuntimeProcess> find(std::string_view reference) override;

 private:
  std::optional<docker::Daemon> daemon_;
};

}  // namespace podsysctl::cli
