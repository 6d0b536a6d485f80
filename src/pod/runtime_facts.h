// SPDX-License-Identifier: Apache-2.0
// Variables can ask for facts that nobody knows while the manifest is read (status.podIP and the
// like). The reader writes a mark in their place: a name between two NUL characters, which no
// manifest can hold. The engine replaces the marks before it starts a container.
// Thread-safety: no shared state.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "pod/spec.h"

namespace podsysctl::pod {

struct RuntimeFacts {
  std::string pod_uid;
  std::string pod_ip;
  std::string host_ip;   // the first of host_ips
  std::string host_ips;  // "192.0.2.7,2001:db8::7"
  std::string node_name;
};

// The mark for a fieldPath ("status.podIP"), or nullopt where it is no such fact.
[[nodiscard]] std::optional<std::string> mark_of(std::string_view field_path);

// Replaces every mark in env, command, args and subPath of all containers.
void fill_in(PodSpec& pod, const RuntimeFacts& facts);

}  // namespace podsysctl::pod
