// SPDX-License-Identifier: Apache-2.0
// Containers as the runtime has them: found again by the label with our id, watched by their
// process, ended and removed. Errors: those of cri/client.h. Thread-safety: as cri::Client.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "cri/client.h"
#include "engine/engine.h"
#include "linux/process.h"

namespace podsysctl::engine {

class RuntimeContainers {
 public:
  // The client outlives this object.
  explicit RuntimeContainers(cri::Client& client) : client_(client) {}

  // Known from its preparing; else, after a killed command, by its label. not_found if it is gone.
  [[nodiscard]] Result<std::string> id_of(const ContainerRef& container);

  // None where it has ended already, or where the runtime does not tell: its status counts then.
  [[nodiscard]] linux::ProcessId process_of(const std::string& id);

  // The exit code once the runtime has noted the end; nothing if it has not within `limit`.
  [[nodiscard]] Result<std::optional<int>> ended_within(const std::string& id,
                                                        std::chrono::milliseconds limit);

  // To each its signal, then SIGKILL after `grace`; returns when the runtime has noted the ends.
  [[nodiscard]] Result<> stop(const std::vector<StopRequest>& requests,
                              std::chrono::milliseconds grace);

  // Whatever carries our id, running or not; absent is success.
  [[nodiscard]] Result<> remove(const ContainerRef& container);

 private:
  // By force, where it runs.
  [[nodiscard]] Result<> end(const std::string& id);
  [[nodiscard]] Result<std::vector<cri::Container>> labelled(const ContainerRef& container);

  cri::Client& client_;
};

}  // namespace podsysctl::engine
