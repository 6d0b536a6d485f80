// SPDX-License-Identifier: Apache-2.0
// Opening below a foreign root (a container's) as a process inside it would: links are followed and
// never lead out, ".." stops at the root (openat2(2), RESOLVE_IN_ROOT). Where the kernel has no
// openat2, links are refused instead (linux/file.h, open_beneath). Magic links are never followed.
// Errors are those of the system call and name the path. Thread-safety: no shared state.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "linux/fd.h"

namespace podsysctl::linux {

// `path` may begin with '/'.
[[nodiscard]] Result<Fd> open_in_root(FdRef root, std::string_view path, int flags);

// For reading, if it is a regular file: looked at before it is opened, so that no FIFO blocks and
// no device acts. invalid_argument for anything else.
[[nodiscard]] Result<Fd> open_regular_in_root(FdRef root, std::string_view path);

// Where `path` ends below `root` after all links, as an absolute path from the root. Components
// that are not there are taken by their names, also behind a link: that is where they would be
// made. invalid_argument after forty links.
[[nodiscard]] Result<std::string> place_in_root(FdRef root, std::string_view path);

}  // namespace podsysctl::linux
