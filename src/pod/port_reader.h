// SPDX-License-Identifier: Apache-2.0
// ports of a container, and that no two of a pod want the same port of the host.
#pragma once

#include <vector>

#include "pod/object_reader.h"
#include "pod/spec.h"

namespace podsysctl::pod {

[[nodiscard]] std::vector<Port> read_ports(const ObjectReader& container, Share network);

// Notes every host port that is asked for twice. `spec` is where the fault is shown.
void check_host_ports(const PodSpec& pod, const ObjectReader& spec);

}  // namespace podsysctl::pod
