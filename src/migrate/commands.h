// SPDX-License-Identifier: Apache-2.0
// The containers of a pod that write sysctls by themselves, and why one can or cannot be replaced
// by the pod's own settings. Thread-safety: pure functions; results are views into the document.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "edit/text_map.h"
#include "pod/workload.h"
#include "shell/recognise.h"
#include "yaml/value.h"

namespace podsysctl::migrate {

struct Container {
  enum class Role : std::uint8_t {
    init,
    regular,
    misplaced,  // of initContainers inside a container, which Kubernetes does not run
  };
  yaml::Value value;
  Role role = Role::init;
  std::size_t holder = 0;  // of a misplaced one: the index of the container around it
  std::size_t index = 0;   // in its list
  std::string name;

  [[nodiscard]] std::string described() const;  // `init container "tune"`
};

// In the order that they run in: init, misplaced, regular. Others than mappings are left out.
[[nodiscard]] std::vector<Container> containers_of(const pod::Workload& workload);

struct Located {
  shell::Write write;
  yaml::Position at;
};

struct Behaviour {
  std::vector<Located> writes;
  // Why the container has to stay, with the place: it does more, or cannot be foreseen.
  std::optional<std::string> stays;
  yaml::Position stays_at;
};

// None for one whose command writes no sysctls.
[[nodiscard]] std::optional<Behaviour> behaviour_of(const Container& container,
                                                    const edit::TextMap& map);

}  // namespace podsysctl::migrate
