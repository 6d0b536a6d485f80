// SPDX-License-Identifier: Apache-2.0
// Where the container runtime listens. Errors: invalid_argument (no address of a unix socket),
// not_found (no socket where the usual ones are). Thread-safety: reads files and the environment.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace podsysctl::engine {

// The path of "unix:///run/x.sock", "unix:/run/x.sock" or "/run/x.sock".
[[nodiscard]] Result<std::string> socket_of_endpoint(std::string_view endpoint);

// The sockets of containerd, CRI-O and cri-dockerd, in the order in which they are looked for.
[[nodiscard]] std::vector<std::string> usual_sockets();

// `given`, else $CONTAINER_RUNTIME_ENDPOINT, else the first of `usual` that is there: "unix:///…".
[[nodiscard]] Result<std::string> find_endpoint(const std::string& given,
                                                const std::vector<std::string>& usual);

}  // namespace podsysctl::engine
