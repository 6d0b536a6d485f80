// SPDX-License-Identifier: Apache-2.0
#include "cli/docker_finder.h"

#include <utility>

#include "base/printable.h"
#include "cli/runtime_process.h"
#include "docker/address.h"

namespace podsysctl::cli {
namespace {

constexpr std::size_t kShortId = 12;

}  // namespace

Result<live::RuntimeProcess> DockerFinder::find(std::string_view reference) {
  if (!daemon_) {
    PSYS_TRY_ASSIGN(http::Endpoint endpoint, docker::find_daemon(docker::read_surroundings()));
    PSYS_TRY_ASSIGN(docker::Daemon daemon, docker::Daemon::open(std::move(endpoint)));
    daemon_.emplace(std::move(daemon));
  }
  PSYS_TRY_ASSIGN(const docker::Container container, daemon_->inspect(std::string(reference)));
  std::string what = fmt::format("Docker's container {} ({})", printable(container.name),
                                 container.id.substr(0, kShortId));
  if (!container.running || container.pid <= 0) {
    return Error::of(Code::not_found, "{} does not run: no namespace holds its values", what);
  }
  return proven_process(container.pid, container.id, std::move(what));
}

}  // namespace podsysctl::cli
