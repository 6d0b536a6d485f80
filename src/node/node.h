// SPDX-License-Identifier: Apache-2.0
// What the life of a pod needs of its surroundings, handed down from the command: nothing here is
// made or found by the functions of this folder. References outlive the call.
#pragma once

#include <string>
#include <string_view>

#include "base/clock.h"
#include "engine/engine.h"
#include "image/progress.h"
#include "store/store.h"

namespace podsysctl::node {

// Hears what a person should know while something is done; an edge prints it.
class Reporter {
 public:
  Reporter() = default;
  Reporter(const Reporter&) = delete;
  Reporter& operator=(const Reporter&) = delete;
  virtual ~Reporter() = default;
  virtual void warn(std::string_view message) = 0;
};

// Engines by name, each opened when it is first asked for: looking at pods that have ended needs
// none. Valid as long as this object.
class Engines {
 public:
  Engines() = default;
  Engines(const Engines&) = delete;
  Engines& operator=(const Engines&) = delete;
  virtual ~Engines() = default;
  // `runtime` is what a person gave or a record kept (Engine::runtime()); "": the engine's choice.
  [[nodiscard]] virtual Result<engine::Engine*> open(const std::string& name,
                                                     const std::string& runtime) = 0;
};

struct Node {
  store::Store& store;
  Engines& engines;
  const Clock& clock;
  Reporter& reporter;
  image::Progress& progress;
  std::string root;      // "/var/lib/podsysctl"
  std::string host;      // this host's name, for events
  std::string authfile;  // credentials of registries; "": the usual places
};

// With the engine of the pods at hand.
struct EngineNode : Node {
  engine::Engine& engine;
};
[[nodiscard]] Result<EngineNode> with_engine(const Node& node, const std::string& name,
                                             const std::string& runtime);
// With the engine that a recorded pod was made by.
[[nodiscard]] Result<EngineNode> with_engine_of(const Node& node, const store::PodRecord& pod);

// <root>/pods/<uid>
[[nodiscard]] engine::PodPlace place_of(const Node& node, const std::string& uid);

// What the engine needs to know of a recorded pod's sandbox.
[[nodiscard]] engine::SandboxState sandbox_of(const store::PodRecord& pod);

}  // namespace podsysctl::node
