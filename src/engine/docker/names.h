// SPDX-License-Identifier: Apache-2.0
// What a pod's containers are called in Docker, known before anything is made: so they are found
// again by whoever looks, after a kill at any point. Thread-safety: pure functions.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "engine/engine.h"

namespace podsysctl::engine {

inline constexpr std::string_view kLabelSandbox = "io.podsysctl.sandbox";
inline constexpr std::string_view kLabelContainer = "io.podsysctl.container";

// Of the container with this id of ours, or the pause container of the sandbox with it.
[[nodiscard]] inline std::string docker_name(const std::string& id) {
  constexpr std::size_t kDigits = 16;
  return "podsysctl-" + id.substr(0, kDigits);
}

// For people and their tools; the ids are what we look for.
[[nodiscard]] inline std::map<std::string, std::string> docker_labels(
    const pod::PodSpec& pod, const std::string& uid, const std::string& sandbox_id,
    const std::string& container) {
  return {{"io.podsysctl.pod.name", pod.name},
          {"io.podsysctl.pod.namespace", pod.namespace_},
          {"io.podsysctl.pod.uid", uid},
          {std::string(kLabelSandbox), sandbox_id},
          {std::string(kLabelContainer), container}};
}

// How a running container is called by Docker: by its own id where that is on record.
template <class Container>
[[nodiscard]] std::string docker_id(const Container& container) {
  return container.runtime_id.empty() ? docker_name(container.id) : container.runtime_id;
}

}  // namespace podsysctl::engine
