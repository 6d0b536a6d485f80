// SPDX-License-Identifier: Apache-2.0
// What the life of a pod needs of its surroundings, handed down from the command: nothing here is
// made or found by the functions of this folder. References outlive the call.
#pragma once

#include <string>
#include <string_view>

#include "base/clock.h"
#include "engine/engine.h"
#include "image/progress.h"
#include "image/store.h"
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

struct Node {
  store::Store& store;
  image::ImageStore& images;
  engine::Engine& engine;
  const Clock& clock;
  Reporter& reporter;
  image::Progress& progress;
  std::string root;  // "/var/lib/podsysctl"
  std::string host;  // this host's name, for events
};

// <root>/pods/<uid>
[[nodiscard]] engine::PodPlace place_of(const Node& node, const std::string& uid);

// What the engine needs to know of a recorded pod's sandbox.
[[nodiscard]] engine::SandboxState sandbox_of(const store::PodRecord& pod);

}  // namespace podsysctl::node
