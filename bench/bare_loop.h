// SPDX-License-Identifier: Apache-2.0
// The least that changing the sysctls of namespaces that are up can cost: join, then open, write,
// read and close each file, then go back. What podsysctl's own way is compared with.
// Thread-safety: acts on the calling thread's namespaces.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "linux/namespaces.h"

namespace podsysctl::bench {

struct FileValue {
  std::string path;  // "/proc/sys/net/core/somaxconn"
  std::string value;
};

// Where a loop goes and where it returns to.
struct Places {
  linux::Namespace there_net;
  linux::Namespace there_ipc;
  linux::Namespace home_net;
  linux::Namespace home_ipc;
};

// conflict where a file reads back another value than was written.
[[nodiscard]] Result<> run_bare_loop(const Places& places, const std::vector<FileValue>& values);

}  // namespace podsysctl::bench
