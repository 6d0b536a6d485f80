// SPDX-License-Identifier: Apache-2.0
// The embedded engine: sandboxes of our own (sandbox/sandbox.h), containers by an OCI runtime,
// detached ones watched by conmon. No daemon. Thread-safety: one thread per object.
#pragma once

#include <memory>
#include <string>

#include "base/clock.h"
#include "base/result.h"
#include "engine/embedded/runtime.h"
#include "engine/engine.h"
#include "image/store.h"

namespace podsysctl::engine {

struct EmbeddedOptions {
  std::string run_folder = "/run/podsysctl";  // pins and the OCI runtime's state
  std::string pause_program;                  // path of podsysctl-pause
  std::string runtime;                        // --runtime; "": the first that works here
};

// not_found if no runtime is installed.
[[nodiscard]] Result<std::unique_ptr<Engine>> make_embedded_engine(EmbeddedOptions options,
                                                                   image::ImageStore images,
                                                                   const Clock& clock);

}  // namespace podsysctl::engine
