// SPDX-License-Identifier: Apache-2.0
// The engine docker: sandboxes and containers made by Docker's daemon on this machine, through its
// Engine API. A pod is a pause container of our own and containers that join its namespaces; `run
// IMAGE` is one container (engine/docker/plan.h). Containers carry our ids as names and labels.
// Thread-safety: one thread per object.
#pragma once

#include <memory>
#include <string>

#include "base/result.h"
#include "engine/engine.h"

namespace podsysctl::engine {

struct DockerOptions {
  std::string address;                        // "": what DOCKER_HOST says, else the usual socket
  std::string pause_program;                  // path of podsysctl-pause
  std::string run_folder = "/run/podsysctl";  // of volumes in memory
};

// unavailable if the daemon does not answer.
[[nodiscard]] Result<std::unique_ptr<Engine>> make_docker_engine(DockerOptions options);

}  // namespace podsysctl::engine
