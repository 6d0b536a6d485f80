// SPDX-License-Identifier: Apache-2.0
// Who knows which process holds the namespaces of a container that another program runs: the
// clients of docker and of CRI runtimes. Handed down by the edge, so that nothing here needs their
// protocols. Thread-safety: one thread.
#pragma once

#include <sys/types.h>

#include <string>
#include <string_view>

#include "base/result.h"

namespace podsysctl::live {

struct RuntimeProcess {
  pid_t pid = 0;
  std::string description;  // "container web (4f5e6d7c8b9a) of docker"
};

class PidFinder {
 public:
  PidFinder() = default;
  PidFinder(const PidFinder&) = delete;
  PidFinder& operator=(const PidFinder&) = delete;
  virtual ~PidFinder() = default;

  // By an id, the start of one, or a name. not_found, conflict (ambiguous, the candidates are
  // listed), unavailable (the runtime cannot be reached).
  [[nodiscard]] virtual Result<RuntimeProcess> find(std::string_view reference) = 0;
};

}  // namespace podsysctl::live
