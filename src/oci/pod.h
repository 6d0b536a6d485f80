// SPDX-License-Identifier: Apache-2.0
// Which pod a container belongs to, and which part it has in it, by the annotations that
// containerd, CRI-O and podman write into config.json. Pods' labels are there with CRI-O's
// sandboxes alone: elsewhere they are not known. Thread-safety: pure function.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "oci/container.h"
#include "rules/pod_facts.h"

namespace podsysctl::oci {

enum class Role : std::uint8_t {
  single,   // a container that is in no pod
  sandbox,  // holds a pod's namespaces
  member,   // joins them; its sandbox may never have been a container
  settled,  // joins them, and its sandbox was a container before (containerd)
};

struct Pod {
  Role role = Role::single;
  std::string title;      // "pod shop/web", "container 1a2b3c"
  rules::PodFacts facts;  // names, labels, annotations
};

[[nodiscard]] Pod pod_of(std::string_view container_id, const Spec& spec);

}  // namespace podsysctl::oci
