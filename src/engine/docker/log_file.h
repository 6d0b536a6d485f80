// SPDX-License-Identifier: Apache-2.0
// A container's log where the pod keeps its logs: a link to docker's own file as long as that is
// there, its content once the container is removed. Thread-safety: no shared state.
#pragma once

#include <string>

#include "base/result.h"

namespace podsysctl::engine {

// `path` leads to docker's file from now on; the kept log of a former run gets ".previous" behind
// its name.
[[nodiscard]] Result<> link_log(const std::string& docker_log, const std::string& path);

// Makes a link a file of its own; another kind of file, or a link to nothing, stays as it is.
[[nodiscard]] Result<> keep_log(const std::string& path);

}  // namespace podsysctl::engine
