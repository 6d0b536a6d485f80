// SPDX-License-Identifier: Apache-2.0
// The OCI runtime podsysctl-runtime: stands in front of runc, crun or one that takes their command
// line, for managers that have no hooks (Docker, containerd). `create` of a container that has
// sysctls to get lets the runtime create it, then puts them into effect while the container's
// program has not started, in an order that is valid at every step, and reads them back; where that
// fails the container is deleted and `create` fails. So the sysctls of config.json come right and
// are verified, too. Every other command, and every other container, becomes the runtime at once.
// `run` of such a container is refused: it cannot be halted in between.
// Thread-safety: no shared state; one call a process.
#pragma once

#include <span>
#include <string>

#include "base/clock.h"
#include "oci/runtime_choice.h"

namespace podsysctl::oci {

struct RuntimeAnswer {
  int exit_code = 0;
  std::string err;  // for standard error
};

// Does not return where the runtime takes over the process. `args` is without argv[0].
[[nodiscard]] RuntimeAnswer run_runtime(std::span<const std::string> args, const Lookup& variable,
                                        const Clock& clock);

}  // namespace podsysctl::oci
