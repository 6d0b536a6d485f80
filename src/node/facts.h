// SPDX-License-Identifier: Apache-2.0
// What the containers of a running pod may ask to be told about it. Thread-safety: pure function.
#pragma once

#include <string>

#include "node/node.h"
#include "pod/runtime_facts.h"
#include "pod/spec.h"
#include "store/records.h"

namespace podsysctl::node {

// With the host's network the pod's address is the host's, as in Kubernetes.
[[nodiscard]] pod::RuntimeFacts facts_of(const Node& node, const store::PodRecord& pod,
                                         const std::string& pod_ip, pod::Share network);

}  // namespace podsysctl::node
