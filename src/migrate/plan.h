// SPDX-License-Identifier: Apache-2.0
// What is to become of one pod: which settings move, which containers and annotations go, and what
// has to stay, with the reason. Nothing is changed here; rewrite.h does that.
// Thread-safety: pure functions; results are views into the document.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "edit/text_map.h"
#include "migrate/commands.h"
#include "pod/workload.h"
#include "policy/kubernetes_version.h"
#include "sysctl/kernel_version.h"
#include "sysctl/key.h"

namespace podsysctl::migrate {

struct Settings {
  struct One {
    sysctl::SysctlKey key;
    std::string value;
  };
  std::vector<One> all;  // a key once, in the order of appearance

  [[nodiscard]] const One* find(const sysctl::SysctlKey& key) const;
};

// A value that is the node's to set.
struct NodeSetting {
  sysctl::SysctlKey key;
  std::string value;
  yaml::Position at;
  bool certain = true;
};

struct Note {
  enum class Kind : std::uint8_t {
    stays,   // could not be migrated
    remark,  // was, but a person should know
  };
  Kind kind = Kind::stays;
  yaml::Position at;
  std::string text;
};

struct Sources {
  bool annotations = true;
  bool containers = true;
};

struct Rules {
  policy::KubernetesVersion kubernetes = policy::KubernetesVersion::newest();
  sysctl::KernelVersion kernel{7, 2, 0};  // where none is given: a new one
  Sources sources;
};

struct Plan {
  Settings present;  // what the pod's field has
  Settings added;    // what it gets
  // What is left for the node; also of a pod that does nothing else, and stays.
  std::vector<NodeSetting> node;
  std::vector<Container> removed;        // containers that go
  std::vector<std::string> annotations;  // keys of annotations that go
  std::vector<Note> notes;

  [[nodiscard]] bool changes_nothing() const noexcept {
    return removed.empty() && annotations.empty();
  }
};

[[nodiscard]] Plan plan_for(const pod::Workload& workload, const Rules& rules,
                            const edit::TextMap& map);

// spec.securityContext.sysctls, as far as it can be read.
[[nodiscard]] Settings settings_in_field(const pod::Workload& workload);

}  // namespace podsysctl::migrate
