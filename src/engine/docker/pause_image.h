// SPDX-License-Identifier: Apache-2.0
// The image of the pause container: our podsysctl-pause and nothing else, built in memory as a
// docker-archive (what `docker save` writes) and loaded into the daemon when it is not there.
// Nothing is fetched from a registry. Errors: those of the daemon, and of reading the program.
// Thread-safety: pure functions, and one thread per daemon.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "docker/daemon.h"

namespace podsysctl::engine {

struct PauseImage {
  std::string name;     // "podsysctl/pause:<digest of the program>"
  std::string archive;  // a tar file
};

// From the text of the program. `architecture` as in Go.
[[nodiscard]] PauseImage build_pause_image(std::string_view program, std::string_view architecture);

// The name of the image, once the daemon has it.
[[nodiscard]] Result<std::string> ensure_pause_image(docker::Daemon& daemon,
                                                     const std::string& program_path);

}  // namespace podsysctl::engine
