// SPDX-License-Identifier: Apache-2.0
// The engine cri: sandboxes and containers by a container runtime of Kubernetes (containerd, CRI-O)
// over its interface, on this machine. The runtime writes the settings it is handed; all are read
// back and repaired in the sandbox's namespaces by the caller. Our ids are in the labels.
// Errors: the runtime's with what is known about them in front. Thread-safety: one thread per
// object.
#pragma once

#include <memory>
#include <string>

#include "base/result.h"
#include "engine/engine.h"

namespace podsysctl::engine {

struct CriOptions {
  std::string endpoint;                       // --cri-endpoint, or of a record; "": found
  std::string run_folder = "/run/podsysctl";  // volumes in memory
};

// Does not talk to the runtime yet: looking at pods that have ended needs none.
[[nodiscard]] Result<std::unique_ptr<Engine>> make_cri_engine(const CriOptions& options);

}  // namespace podsysctl::engine
