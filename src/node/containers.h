// SPDX-License-Identifier: Apache-2.0
// Containers of a recorded pod: made, started, and their ends noted. Thread-safety: as Store.
#pragma once

#include <cstdint>
#include <expected>
#include <string>

#include "base/result.h"
#include "engine/engine.h"
#include "image/image.h"
#include "node/node.h"
#include "pod/spec.h"

namespace podsysctl::node {

struct PlannedContainer {
  const pod::Container* spec;
  image::Image image;
  store::ContainerKind kind;
};

[[nodiscard]] std::string log_path(const Node& node, const store::PodRecord& pod,
                                   const std::string& container);

// Records it before anything of it is made.
[[nodiscard]] Result<store::ContainerRecord> record_container(const Node& node,
                                                              const store::PodRecord& pod,
                                                              const PlannedContainer& planned);

// Prepares and starts a recorded container that goes on without us, and notes how that went.
[[nodiscard]] std::expected<store::ContainerRecord, engine::StartFailure> start_recorded(
    const EngineNode& node, const store::PodRecord& pod, const pod::PodSpec& spec,
    const PlannedContainer& planned, const store::ContainerRecord& recorded);

// The same in the foreground; the exit code.
[[nodiscard]] std::expected<int, engine::StartFailure> run_recorded(
    const EngineNode& node, const store::PodRecord& pod, const pod::PodSpec& spec,
    const PlannedContainer& planned, const store::ContainerRecord& recorded,
    const engine::Streams& streams);

[[nodiscard]] engine::ContainerRef ref_of(const Node& node, const store::ContainerRecord& container,
                                          const engine::SandboxState& sandbox);

// How it is ended kindly: by the signal on its record.
[[nodiscard]] engine::StopRequest stop_request_of(const Node& node,
                                                  const store::ContainerRecord& container,
                                                  const engine::SandboxState& sandbox);

// Whether the container is known to have ended (it was killed) or has to be looked at.
enum class AfterEnd : std::uint8_t { unknown, certain };

// Notes the end of a running container if it has ended, with its exit code; returns the record.
[[nodiscard]] Result<store::ContainerRecord> note_exit(const EngineNode& node,
                                                       const store::ContainerRecord& container,
                                                       const engine::SandboxState& sandbox,
                                                       AfterEnd after);

}  // namespace podsysctl::node
