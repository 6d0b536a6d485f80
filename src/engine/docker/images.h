// SPDX-License-Identifier: Apache-2.0
// A pod's images in Docker's own store: pulled from registries by the daemon, with the caller's
// credentials; loaded, where it does not have them, from docker-archive files and (through skopeo)
// from OCI layouts. Errors: those of the daemon, whole, and of image/keychain.h; unsupported for
// rootfs:DIR. Thread-safety: one thread.
#pragma once

#include "base/result.h"
#include "docker/daemon.h"
#include "image/progress.h"
#include "image/resolved.h"

namespace podsysctl::engine {

[[nodiscard]] Result<image::Resolved> resolve_docker_image(docker::Daemon& daemon,
                                                           const image::Wanted& wanted,
                                                           image::Progress& progress);

}  // namespace podsysctl::engine
